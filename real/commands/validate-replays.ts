import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as z from "zod/mini";
import { median } from "../../results/statistics/median.ts";
import { mean } from "../../results/statistics/moments.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { loadSettings } from "../../scenarios/search/evaluate.ts";
import { shellWord } from "../../scenarios/text/shell-word.ts";
import { simulatedRun } from "../../scenarios/timeline/simulated-run.ts";
import { drawnScenario } from "../replay/drawn-scenario.ts";
import { machineSide } from "../replay/machine-side.ts";
import { judgement, type Seen } from "../study/judgement.ts";
import { type RunFigures, type RunMetric, runFigures, runGoals, runMetrics } from "../study/run-figures.ts";
import { keptRuns } from "./recorded-run.ts";
import { type JudgedFigure, validationReport, verdictOf } from "./validation-report.ts";

export interface ValidateReplaysArguments {
  readonly scenario: string;
  /** Folder of snapback replay --out. */
  readonly replays: string;
  readonly set?: readonly string[];
  readonly accelerate?: number;
  readonly calibration?: string;
  readonly out?: string;
}

/** What a validation needs of a calibration by replays. */
const known = z.object({
  kind: z.literal("replays"),
  fittedTo: z.array(z.string()),
  scatter: z
    .record(z.string(), z.number().check(z.gt(0)))
    .check(
      z.refine((given) => Object.keys(given).length > 0, { error: "it does not say how far single runs scatter" }),
    ),
});

/** A run that nothing was fitted to, on real machines and in all replications of the simulator. */
interface HeldRun {
  readonly setting: string;
  readonly real: RunFigures;
  readonly simulated: readonly RunFigures[];
}

/**
 * Sets the simulator beside whole runs of real machines that nothing was fitted to: those of a folder that are of the scenario's points.
 *
 * @throws CommandError unless there are two of them
 */
export const validateReplays = (line: CommandLine, given: ValidateReplaysArguments): void => {
  const calibration = knownReplays(line, given);
  const runs = keptRuns(resolve(line.folder, given.replays));
  const loaded = loadSettings(line, { scenario: given.scenario, set: given.set ?? [] }, []);
  const held: HeldRun[] = [];
  const kept: typeof runs = [];
  for (const { scenario: asked, seed, labels } of loaded.points) {
    if (asked.model !== "cluster")
      throw new CommandError(`${given.scenario} is of model: ${asked.model}; real machines play model: cluster`);
    const { scenario } = drawnScenario(asked, seed, given.accelerate);
    const side = machineSide(scenario, seed);
    const setting = Object.entries(labels)
      .map(([key, label]) => `${key}=${label}`)
      .join(" ");
    const run = runs.find((one) => one.asked === side);
    if (run === undefined) line.print(`left out, ${given.replays} has no run of it: ${setting}`);
    else if (calibration.fittedTo.includes(side)) line.print(`left out, the calibration was fitted to it: ${setting}`);
    else {
      const simulated = Array.from({ length: loaded.replications }, (_, replication) =>
        runFigures(simulatedRun(scenario, { seed, replication })),
      );
      kept.push(run);
      held.push({ setting, real: runFigures(run.events), simulated });
    }
  }
  if (held.length < 2)
    throw new CommandError(
      `${given.replays}: ${held.length} runs of ${given.scenario} that nothing was fitted to; it takes two: replay more points of its sweep, or fit to fewer (snapback calibrate --run)`,
    );
  const { judged, told } = judgedRuns(held, calibration.scatter);
  const text = [validationReport(judged, held.length), ...told].join("\n");
  line.print(text);
  if (given.out === undefined) return;
  const folder = resolve(line.folder, given.out);
  mkdirSync(folder, { recursive: true });
  const machine = [...new Set(kept.map((one) => one.machine))].join("; ");
  const date = [...new Set(kept.map((one) => one.date))].toSorted().join(", ");
  const settings = (given.set ?? []).map((one) => ` --set ${shellWord(one)}`).join("");
  const fit = given.calibration === undefined ? "" : ` --calibration ${given.calibration}`;
  const command = `snapback validate ${given.scenario} --replays ${given.replays}${fit}${settings}`;
  const record = { machine, date, command, verdict: verdictOf(judged).join(" "), judged, told, runs: held };
  writeFileSync(join(folder, "validation.json"), `${JSON.stringify(record, null, 2)}\n`);
  const head = `# The model against whole runs of real machines\n\nMachine: ${machine}. Date: ${date}. Command: \`${command}\`\n`;
  writeFileSync(join(folder, "validation.md"), `${head}\n\`\`\`\n${text}\n\`\`\`\n`);
};

/** Every figure that two runs have on both sides; what one side alone has seen in a run is told. */
export const judgedRuns = (
  held: readonly HeldRun[],
  scatter: Readonly<Record<string, number>>,
): { readonly judged: readonly JudgedFigure[]; readonly told: readonly string[] } => {
  const largest = Math.max(...Object.values(scatter));
  const judged: JudgedFigure[] = [];
  const told: string[] = [];
  for (const metric of runMetrics) {
    const seen = held.flatMap((run): Seen[] => {
      const { measured, simulated } = pairOf(run, metric);
      if (measured.length > 0 && median(measured) > 0 && simulated > 0) return [{ measured, simulated }];
      const [real, said] = [measured.length === 0 ? 0 : median(measured), simulated];
      if (real !== said)
        told.push(
          `${metric} with ${run.setting}: ${real} on real machines and ${said} in the simulator, which no error is a part of`,
        );
      return [];
    });
    const goal = runGoals[metric];
    if (seen.length >= 2)
      judged.push({
        metric,
        mode: "replays",
        ...judgement(metric, seen, { scatter: scatter[metric] ?? largest, goal }),
      });
    else if (seen.length === 1) told.push(`${metric}: only one run has it on both sides`);
  }
  return { judged, told };
};

/** What machines have shown in a run, and the mean of what all replications say; 0 for what none has. */
const pairOf = ({ real, simulated }: HeldRun, metric: RunMetric): Seen => {
  const said = simulated.flatMap((one) => one[metric]);
  return { measured: real[metric], simulated: said.length === 0 ? 0 : mean(said) };
};

const knownReplays = (
  line: CommandLine,
  { scenario, calibration }: ValidateReplaysArguments,
): z.infer<typeof known> => {
  const name = calibration ?? `${scenario.replace(/\.yaml$/, "")}.json`;
  try {
    return known.parse(JSON.parse(readFileSync(resolve(line.folder, name), "utf8")));
  } catch (error) {
    throw new CommandError(
      `${name}: ${(error as Error).message}; name with --calibration what snapback calibrate wrote of replays`,
    );
  }
};
