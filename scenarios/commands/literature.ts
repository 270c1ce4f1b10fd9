import { derived } from "../literature/derived.ts";
import { published } from "../literature/published.ts";
import { type Compared, compare, type Simulate } from "../literature/target.ts";
import { evaluate, loadPlace } from "../search/evaluate.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";

interface LiteratureArguments {
  readonly only?: readonly string[];
  readonly workers?: number;
  readonly json?: boolean;
}

/** Sets what formulas and publications say beside what this product computes and simulates. */
export const literature = async (line: CommandLine, { only, workers, json }: LiteratureArguments): Promise<void> => {
  checkWorkers(workers);
  const all = [...derived, ...published];
  const asked = all.filter(
    ({ id }) => only === undefined || only.some((name) => id === name || id.startsWith(`${name}[`)),
  );
  const unknown = only?.find((name) => !asked.some(({ id }) => id === name || id.startsWith(`${name}[`)));
  if (unknown !== undefined) {
    const names = [...new Set(all.map(({ id }) => id.replace(/\[.*/, "")))];
    throw new CommandError(`--only: there is no ${unknown}; there are ${names.join(", ")}`);
  }
  const known = new Map<string, ReturnType<Simulate>>();
  const simulate: Simulate = (scenario, settings) => {
    const key = JSON.stringify([scenario, settings]);
    const runs = known.get(key) ?? run(line, scenario, settings, workers);
    known.set(key, runs);
    return runs;
  };
  const compared: Compared[] = [];
  for (const target of asked) compared.push(await compare(target, simulate));
  line.print(json === true ? JSON.stringify(compared, null, 2) : table(compared));
};

const run = async (
  line: CommandLine,
  scenario: string,
  set: readonly string[],
  workers: number | undefined,
): ReturnType<Simulate> => {
  const place = loadPlace(line, { scenario, set }, []);
  return (await evaluate(line, [place], workers))[0]!.replications;
};

const table = (compared: readonly Compared[]): string => {
  const met = compared.filter(({ within }) => within === true).length;
  const told = compared.filter(({ within }) => within !== undefined).length;
  return [
    ...compared.map(entry),
    "",
    `${met} of ${told} are within their tolerance; ${compared.length - told} are not compared, for the reasons given. Nothing is fitted to a target, unless it says so.`,
  ].join("\n");
};

const entry = ({ id, tier, what, source, target, ours, tolerance, measure, within, why }: Compared): string => {
  const verdict = within === undefined ? "not compared" : within ? "within" : "NOT within";
  const lines = [
    `${id} (${tier}): ${verdict}`,
    `  ${what} (${source})`,
    ...(ours === undefined
      ? []
      : [`  target ${figures(target)}`, `  ours   ${figures(ours)}   ${rangeOf(tolerance, measure)}`]),
    ...(why === undefined ? [] : [`  ${why}`]),
  ];
  return lines.join("\n");
};

const rangeOf = (tolerance: number, measure: Compared["measure"]): string => {
  if (measure === "factor") return `tolerance a factor of ${tolerance}`;
  return measure === "atMost" ? "at most the target" : `tolerance ${Number((100 * tolerance).toPrecision(2))} %`;
};

const figures = (values: readonly number[]): string => values.map((value) => Number(value.toPrecision(4))).join("; ");
