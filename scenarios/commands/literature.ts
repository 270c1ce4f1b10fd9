import { derived } from "../literature/derived.ts";
import { published } from "../literature/published.ts";
import { asMarkdown, asText } from "../literature/table.ts";
import { type Compared, compare, type Simulate } from "../literature/target.ts";
import { evaluate, loadPlace } from "../search/evaluate.ts";
import { CommandError, type CommandLine, checkWorkers } from "./command-line.ts";

interface LiteratureArguments {
  readonly only?: readonly string[];
  readonly workers?: number;
  readonly format?: "text" | "markdown" | "json";
}

const printed: { readonly [format in "text" | "markdown" | "json"]: (compared: readonly Compared[]) => string } = {
  text: asText,
  markdown: asMarkdown,
  json: (compared) => JSON.stringify(compared, null, 2),
};

/** Sets what formulas and publications say beside what this product computes and simulates. */
export const literature = async (
  line: CommandLine,
  { only, workers, format = "text" }: LiteratureArguments,
): Promise<void> => {
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
  line.print(printed[format](compared));
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
