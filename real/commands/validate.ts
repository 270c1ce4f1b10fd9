import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { render } from "../../results/charts/render.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { type KnownCalibration, readCalibration } from "../study/calibration-file.ts";
import { judge, type MetricValidation, type ValidatedPoint, validatedMetrics } from "../study/validation.ts";
import { TestbedError } from "../testbed-error.ts";
import { cutPoints } from "./cut-points.ts";
import { studyPoints } from "./study-points.ts";
import { thisMachine } from "./this-machine.ts";
import { validateReplays } from "./validate-replays.ts";
import { validationPicture, validationReport, verdictLines, verdictOf } from "./validation-report.ts";

export interface ValidateArguments {
  readonly scenario: string;
  readonly measured?: string;
  readonly testbed?: string;
  readonly replays?: string;
  readonly set?: readonly string[];
  readonly accelerate?: number;
  readonly calibration?: string;
  readonly repetitions: number;
  readonly seed: number;
  readonly out?: string;
}

/** What was measured and simulated, and what stands along a picture of it. */
export interface Validated {
  readonly points: readonly ValidatedPoint[];
  readonly x: string;
}

/** Sets the simulator beside real captures to which nothing was fitted, and says how far both are apart. */
export const validate = async (line: CommandLine, given: ValidateArguments): Promise<void> => {
  try {
    const { measured, testbed, replays } = given;
    if ([measured, testbed, replays].filter((one) => one !== undefined).length !== 1)
      throw new CommandError(
        "one of --measured, a file of snapback measure, --testbed, hosts on which the scenario's guests are cut now, and --replays, a folder of snapback replay --out",
      );
    if (replays !== undefined) return validateReplays(line, { ...given, replays });
    for (const key of ["set", "accelerate"] as const)
      if (given[key] !== undefined) throw new CommandError(`--${key}: of --replays alone`);
    const calibration = knownCalibration(line, given);
    const found =
      measured === undefined
        ? await cutPoints(line, { ...given, testbed: testbed! }, calibration)
        : await studyPoints(line, { ...given, measured }, calibration);
    const judged = judgeAll(found.points, calibration);
    const text = validationReport(judged, found.points.length);
    line.print(text);
    if (given.out !== undefined) await write(line, given, judged, found, text);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** Each figure over all settings, and by mode where there are enough of it. */
const judgeAll = (points: readonly ValidatedPoint[], calibration: KnownCalibration): MetricValidation[] => {
  const modes = [...new Set(points.map(({ mode }) => mode))];
  const several =
    modes.length === 1 ? [] : modes.filter((mode) => points.filter((one) => one.mode === mode).length > 1);
  const largest = Math.max(...Object.values(calibration.scatter));
  return validatedMetrics.flatMap((metric) =>
    [...several, "all" as const].map((mode) =>
      judge(metric, mode, points, scatterOf(calibration, metric, mode) ?? largest),
    ),
  );
};

const knownCalibration = (line: CommandLine, { scenario, calibration }: ValidateArguments): KnownCalibration => {
  const name = calibration ?? `${scenario.replace(/\.yaml$/, "")}.json`;
  try {
    return readCalibration(name, readFileSync(resolve(line.folder, name), "utf8"));
  } catch (error) {
    if (error instanceof TestbedError) throw error;
    throw new CommandError(
      `${name}: ${(error as Error).message}; name the file of snapback calibrate with --calibration`,
    );
  }
};

const scatterOf = (
  { scatter }: KnownCalibration,
  metric: (typeof validatedMetrics)[number],
  mode: MetricValidation["mode"],
): number | undefined => {
  if (metric === "captureBytes") return scatter["bytes"];
  if (metric === "captureDuration" && mode === "stop-and-copy") return scatter["pause of stop-and-copy"];
  return scatter[`${metric === "pause" ? "pause" : "duration"} of ${mode}`];
};

const commandOf = ({ scenario, measured, testbed, calibration, repetitions, seed }: ValidateArguments): string =>
  [
    `snapback validate ${scenario}`,
    ...(measured === undefined
      ? [`--testbed ${testbed} --repetitions ${repetitions} --seed ${seed}`]
      : [`--measured ${measured}`]),
    ...(calibration === undefined ? [] : [`--calibration ${calibration}`]),
  ].join(" ");

const write = async (
  line: CommandLine,
  given: ValidateArguments,
  judged: readonly MetricValidation[],
  { points, x }: Validated,
  text: string,
): Promise<void> => {
  const folder = resolve(line.folder, given.out!);
  mkdirSync(folder, { recursive: true });
  const { svg, png } = await render(validationPicture(points, verdictLines(judged), x));
  const date = new Date().toISOString().slice(0, 10);
  const command = commandOf(given);
  const record = { machine: thisMachine(), date, command, verdict: verdictOf(judged).join(" "), x, judged, points };
  writeFileSync(join(folder, "validation.json"), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(folder, "validation.svg"), svg);
  writeFileSync(join(folder, "validation.png"), png);
  const head = `# The model against captures of real guests\n\nMachine: ${record.machine}. Date: ${date}. Command: \`${command}\`\n`;
  writeFileSync(join(folder, "validation.md"), `${head}\n\`\`\`\n${text}\n\`\`\`\n`);
  line.print(["json", "svg", "png", "md"].map((ending) => join(given.out!, `validation.${ending}`)).join("\n"));
};
