import { writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ClusterScenario } from "../../models/scenario.ts";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { loadSettings } from "../../scenarios/search/evaluate.ts";
import type { Parameter } from "../study/parameter.ts";
import { calibrateReplays, type FittedRun, type ReplayCalibration } from "../study/replay-calibration.ts";
import { TestbedError } from "../testbed-error.ts";
import { keptRuns } from "./recorded-run.ts";

export interface CalibrateReplaysArguments {
  /** Folder of snapback replay --out. */
  readonly captures: string;
  /** Runs of it to fit to, by the names of their folders; all without it. */
  readonly run?: readonly string[];
  readonly extends?: string;
  readonly out: string;
}

/** Fits what snapshots and rollbacks cost to runs of real machines, and writes a scenario that has it and a record of the fit. */
export const calibrateReplaysCommand = (line: CommandLine, given: CalibrateReplaysArguments): void => {
  if (given.extends === undefined)
    throw new CommandError("--extends: name the scenario that was replayed; what was fitted is laid over it");
  const all = keptRuns(resolve(line.folder, given.captures));
  const unknown = (given.run ?? []).filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new CommandError(
      `--run: ${given.captures} has no run ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}`,
    );
  const runs = all.filter(({ name }) => given.run === undefined || given.run.includes(name));
  const calibration = fitted(runs, baseOf(line, given.extends, given.out));
  const machines = [...new Set(runs.map(({ machine }) => machine))].join("; ");
  const dates = [...new Set(runs.map(({ date }) => date))].toSorted();
  const names = given.run === undefined ? "" : given.run.map((name) => ` --run ${name}`).join("");
  const provenance = {
    machine: machines,
    date: [...new Set([dates[0]!, dates.at(-1)!])].join(" to "),
    command: `snapback calibrate ${given.captures}${names} --extends ${given.extends} --out ${given.out}`,
  };
  const out = given.out.replace(/\.(yaml|json)$/, "");
  writeFileSync(resolve(line.folder, `${out}.yaml`), scenarioOf(given.extends, calibration, provenance));
  writeFileSync(
    resolve(line.folder, `${out}.json`),
    `${JSON.stringify({ kind: "replays", ...calibration, provenance }, null, 2)}\n`,
  );
  line.print(
    [
      align([["parameter", "value", "95 %", "from"], ...calibration.parameters.map(row)]),
      ...calibration.untold.map((one) => `left as it is, told by too few: ${one}`),
      `${out}.yaml has them and extends ${given.extends}; ${out}.json is for snapback validate --replays, which holds runs out that were fitted to`,
    ].join("\n"),
  );
};

/** The scenario over which is laid what was fitted, as the file that is written names it. @throws CommandError for one that is not of a cluster */
const baseOf = (line: CommandLine, base: string, out: string): ClusterScenario => {
  const folder = dirname(resolve(line.folder, out));
  const { scenario } = loadSettings({ ...line, folder }, { scenario: base, set: [] }, []).points[0]!;
  if (scenario.model !== "cluster")
    throw new CommandError(`--extends: ${base} is of model: ${scenario.model}; replays are of model: cluster`);
  return scenario;
};

const fitted = (runs: readonly FittedRun[], base: ClusterScenario): ReplayCalibration => {
  try {
    return calibrateReplays(runs, base);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** As scenarios write it: times with their unit, rates in decimal megabytes. */
const written = (value: number, unit: Parameter["unit"]): string => {
  if (unit === "B/s") return `${Number((value / 1e6).toPrecision(4))}MB/s`;
  if (unit === "s/page") return `${Number((1e6 * value).toPrecision(4))}us/page`;
  return `${Number((1000 * value).toPrecision(4))}ms`;
};

const row = ({ name, unit, value, lower, upper, from }: Parameter): string[] => [
  name,
  written(value, unit),
  `${written(lower, unit)} to ${written(upper, unit)}`,
  from,
];

const scenarioOf = (
  base: string,
  { parameters, fittedTo }: ReplayCalibration,
  { machine, date, command }: { readonly machine: string; readonly date: string; readonly command: string },
): string => {
  let open: readonly string[] = [];
  const lines = parameters.flatMap((one) => {
    const keys = one.name.split(".");
    const parents = keys.slice(0, -1);
    const same = parents.findIndex((key, depth) => open[depth] !== key);
    const opened = same < 0 ? [] : parents.slice(same).map((key, i) => `${"  ".repeat(same + i)}${key}:`);
    open = parents;
    const value = `${"  ".repeat(parents.length)}${keys.at(-1)}: ${written(one.value, one.unit)}`;
    return [...opened, `${value} # measured: ${one.from}, ${date}; 95 %: ${row(one)[2]}`];
  });
  return [
    `# ${base} with what ${fittedTo.length} replays have cost.`,
    `# Machine: ${machine}. Date: ${date}. Command: ${command}`,
    `extends: ${base}`,
    ...lines,
    "",
  ].join("\n");
};
