import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { render } from "../../results/charts/render.ts";
import { type ValidationMark, validationChart } from "../../results/charts/validation-chart.ts";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { evaluate, loadPlace, type Place } from "../../scenarios/search/evaluate.ts";
import { type KnownCalibration, readCalibration, settingsFor } from "../study/calibration-file.ts";
import { durationOf, type MeasuredCapture, saturationIn, settingOf } from "../study/measured-capture.ts";
import { judge, type MetricValidation, type ValidatedPoint, validatedMetrics } from "../study/validation.ts";
import { TestbedError } from "../testbed-error.ts";
import { readCaptures } from "./calibrate.ts";
import { thisMachine } from "./this-machine.ts";

interface ValidateArguments {
  readonly scenario: string;
  readonly measured: string;
  readonly calibration?: string;
  readonly out?: string;
}

/** Simulates the settings in which captures were measured and to which nothing was fitted, and says how far both are apart. */
export const validate = async (line: CommandLine, given: ValidateArguments): Promise<void> => {
  try {
    const calibration = knownCalibration(line, given);
    const points = await pointsOf(line, given, calibration);
    const modes = [...new Set(points.map(({ mode }) => mode))];
    const scatter = Math.max(...Object.values(calibration.scatter));
    const judged = validatedMetrics.flatMap((metric) =>
      [...modes, "all" as const].map((mode) =>
        judge(metric, mode, points, scatterOf(calibration, metric, mode) ?? scatter),
      ),
    );
    const text = report(judged, points);
    line.print(text);
    if (given.out !== undefined) await write(line, given, judged, points, text);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

const knownCalibration = (line: CommandLine, { scenario, calibration }: ValidateArguments): KnownCalibration => {
  const name = calibration ?? scenario.replace(/\.yaml$/, ".json");
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

/** Settings that nothing was fitted to, measured and simulated. */
const pointsOf = async (
  line: CommandLine,
  { scenario, measured }: ValidateArguments,
  calibration: KnownCalibration,
): Promise<ValidatedPoint[]> => {
  const held = new Map<string, MeasuredCapture[]>();
  const rows = readCaptures(line, measured);
  const isSaturated = saturationIn(rows);
  for (const row of rows) {
    const setting = settingOf(row);
    // What a guest writes that cannot keep up is not what its setting says, so the model is not told it.
    if (row.state !== "verified" || isSaturated(row) || calibration.fittedTo.includes(setting)) continue;
    held.set(setting, [...(held.get(setting) ?? []), row]);
  }
  if (held.size < 2)
    throw new CommandError(
      `${measured}: the calibration was fitted to all but ${held.size} of its settings, and those say nothing of the model: calibrate with --memory or --writes on some of them`,
    );
  const places = [...held.values()].map(([row]) =>
    loadPlace(line, { scenario, set: [] }, settingsFor(row!, calibration)),
  );
  const found = await evaluate(line, places);
  return [...held].map(([setting, rows], i) => ({
    setting,
    mode: rows[0]!.mode,
    measured: rows,
    simulated: simulatedOf(found[i]!.replications[0]!),
  }));
};

const simulatedOf = (metrics: Place["replications"][number]): ValidatedPoint["simulated"] => ({
  pause: metrics["pauseMean"]!,
  captureDuration: metrics["captureDurationMean"]!,
  captureBytes: metrics["captureBytes"]! / metrics["snapshots"]!,
});

const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;

const table = (judged: readonly MetricValidation[]): string[][] => [
  [
    "",
    "captured by",
    "settings",
    "captures",
    "bias",
    "MAPE",
    "goal",
    "",
    "ratio 90 %",
    "same ±15 %",
    "KS p",
    "covered",
    "error ± 2u",
  ],
  ...judged.map((one) => [
    one.metric,
    one.mode,
    `${one.points}`,
    `${one.captures}`,
    percent(one.error.geometricMeanRatio - 1),
    percent(one.error.meanAbsoluteRelative),
    percent(one.goal),
    one.isMet ? "met" : "NOT met",
    `${one.equivalence.ratio.lower.toFixed(2)} to ${one.equivalence.ratio.upper.toFixed(2)}`,
    one.equivalence.isEquivalent ? "yes" : "no",
    one.distance.p < 1e-4 ? "<0.0001" : one.distance.p.toFixed(4),
    `${percent(one.coverage)}${one.coverageP < 0.05 ? " (not 95)" : ""}`,
    `${percent(one.uncertainty.error)} ± ${percent(2 * one.uncertainty.uncertainty)}`,
  ]),
];

const verdict = (judged: readonly MetricValidation[]): string => {
  const missed = judged.filter(({ isMet }) => !isMet);
  const apart = judged.filter(({ uncertainty }) => !uncertainty.isWithinNoise);
  const goals =
    missed.length === 0
      ? "All goals are met on settings that nothing was fitted to."
      : `NOT met: ${missed.map(({ metric, mode, error }) => `${metric} of ${mode} (${percent(error.meanAbsoluteRelative)})`).join(", ")}.`;
  const noise =
    apart.length === 0
      ? "No error is more than noise would make of a right model."
      : `More than noise: ${apart.map(({ metric, mode }) => `${metric} of ${mode}`).join(", ")}: there the model is wrong by what the last column says.`;
  return `${goals} ${noise}`;
};

const report = (judged: readonly MetricValidation[], points: readonly ValidatedPoint[]): string =>
  [
    align(table(judged)),
    "",
    `${points.length} held-out settings. ${verdict(judged)}`,
    "bias: geometric mean of simulated / measured, less 1. KS: single captures against a normal law with the calibration's scatter. covered: captures within its 95 %.",
  ].join("\n");

const write = async (
  line: CommandLine,
  given: ValidateArguments,
  judged: readonly MetricValidation[],
  points: readonly ValidatedPoint[],
  text: string,
): Promise<void> => {
  const folder = resolve(line.folder, given.out!);
  mkdirSync(folder, { recursive: true });
  const { svg, png } = await render(validationChart(chartOf(points, verdict(judged))));
  const date = new Date().toISOString().slice(0, 10);
  const command = `snapback validate ${given.scenario} --measured ${given.measured}`;
  const record = { machine: thisMachine(), date, command, verdict: verdict(judged), judged, points };
  writeFileSync(join(folder, "validation.json"), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(folder, "validation.svg"), svg);
  writeFileSync(join(folder, "validation.png"), png);
  const head = `# The model against captures of real guests\n\nMachine: ${record.machine}. Date: ${date}. Command: \`${command}\`\n`;
  writeFileSync(join(folder, "validation.md"), `${head}\n\`\`\`\n${text}\n\`\`\`\n`);
  line.print(["json", "svg", "png", "md"].map((ending) => join(given.out!, `validation.${ending}`)).join("\n"));
};

const chartOf = (points: readonly ValidatedPoint[], subtitle: string) => {
  const label = { pause: "pause [s]", captureDuration: "duration [s]", captureBytes: "bytes [MB]" } as const;
  const scale = { pause: 1, captureDuration: 1, captureBytes: 1e-6 } as const;
  const measured: ValidationMark[] = [];
  const simulated: ValidationMark[] = [];
  const byWrites = points.toSorted((one, other) => one.measured[0]!.writes - other.measured[0]!.writes);
  for (const { measured: rows, simulated: said, mode } of byWrites) {
    const { memory, writes } = rows[0]!;
    for (const metric of validatedMetrics) {
      const at = { metric: label[metric], panel: `${writes} writes a second`, series: mode, x: memory / 2 ** 20 };
      for (const row of rows) {
        const y = metric === "captureDuration" ? durationOf(row) : row[metric];
        measured.push({ ...at, y: y * scale[metric] });
      }
      simulated.push({ ...at, y: said[metric] * scale[metric] });
    }
  }
  return {
    title: "Captures of real guests (points) and what the calibrated model says of them (lines)",
    subtitle: subtitle.split(/(?<=\.) /),
    x: "memory of the guest [MiB]",
    measured,
    simulated,
  };
};
