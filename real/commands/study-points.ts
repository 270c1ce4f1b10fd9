import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { evaluate, loadPlace } from "../../scenarios/search/evaluate.ts";
import { type KnownCalibration, settingsFor } from "../study/calibration-file.ts";
import { type MeasuredCapture, saturationIn, settingOf } from "../study/measured-capture.ts";
import { figuresOf } from "../study/validation.ts";
import { readCaptures } from "./calibrate.ts";
import { simulatedFigures } from "./simulated-figures.ts";
import type { ValidateArguments, Validated } from "./validate.ts";

/** Settings of a study that nothing was fitted to, as they were measured, and simulated by a scenario whose guest is theirs. */
export const studyPoints = async (
  line: CommandLine,
  { scenario, measured }: ValidateArguments & { readonly measured: string },
  calibration: KnownCalibration,
): Promise<Validated> => {
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
  const settings = [...held].toSorted(([, [one]], [, [other]]) => one!.writes - other!.writes);
  const places = settings.map(([, [row]]) => loadPlace(line, { scenario, set: [] }, settingsFor(row!, calibration)));
  const found = await evaluate(line, places);
  const points = settings.map(([setting, own], i) => {
    const [{ mode, memory, writes }] = own as [MeasuredCapture];
    return {
      setting,
      mode,
      panel: `${writes} writes a second`,
      x: memory / 2 ** 20,
      measured: own.map(figuresOf),
      simulated: simulatedFigures(found[i]!, setting),
    };
  });
  return { points, x: "memory of the guest [MiB]" };
};
