import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { Fitted } from "../../results/statistics/straight-line.ts";
import { align } from "../../scenarios/align.ts";
import { Catalogue } from "../../scenarios/catalogue.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import type { Assumable } from "../study/assumable.ts";
import { type Calibration, calibrate } from "../study/calibration.ts";
import { calibratedScenario, type Provenance } from "../study/calibration-file.ts";
import { catalogueEntries, curveCsv, workloadName } from "../study/catalogue-entry.ts";
import { type MeasuredCapture, readMeasured, saturationIn } from "../study/measured-capture.ts";
import type { Parameter } from "../study/parameter.ts";
import { TestbedError } from "../testbed-error.ts";
import { calibrateReplaysCommand } from "./calibrate-replays.ts";
import { thisMachine } from "./this-machine.ts";

interface CalibrateArguments {
  readonly captures: string;
  readonly memory?: readonly number[];
  readonly writes?: readonly number[];
  readonly assume?: readonly Assumable[];
  readonly run?: readonly string[];
  readonly extends?: string;
  readonly out: string;
}

/**
 * Fits the costs of captures and what guests write to captures that were measured; writes entries of the catalogue, a scenario
 * that names them, curves of distinct writes and a record of the fit. Of a folder of replays it fits costs of whole runs.
 */
export const calibrateCommand = (line: CommandLine, given: CalibrateArguments): void => {
  if (statSync(resolve(line.folder, given.captures), { throwIfNoEntry: false })?.isDirectory() === true) {
    const own = (["memory", "writes", "assume"] as const).find((key) => given[key] !== undefined);
    if (own !== undefined) throw new CommandError(`--${own}: of captures; ${given.captures} is a folder of replays`);
    calibrateReplaysCommand(line, given);
    return;
  }
  const own = (["run", "extends"] as const).find((key) => given[key] !== undefined);
  if (own !== undefined) throw new CommandError(`--${own}: of replays; ${given.captures} is no folder of them`);
  try {
    const all = readCaptures(line, given.captures);
    const isSaturated = saturationIn(all);
    // No validation asks for guests that write as fast as they can, so they are never held out.
    const rows = all.filter(
      (row) =>
        isSaturated(row) ||
        ((given.memory === undefined || given.memory.includes(row.memory / 2 ** 20)) &&
          (given.writes === undefined || given.writes.includes(row.writes))),
    );
    const out = given.out.replace(/\.(yaml|json)$/, "");
    const name = entryName(out);
    const catalogue = new Catalogue(line.files);
    if (catalogue.names("capture-costs").includes(name))
      throw new CommandError(`--out: the catalogue has capture costs ${name} already; call these otherwise`);
    const calibration = calibrate(rows, given.assume);
    const provenance: Provenance = {
      machine: thisMachine(),
      date: new Date().toISOString().slice(0, 10),
      command: commandOf(given),
    };
    const base = resolve(line.folder, out);
    writeFileSync(`${base}.catalogue.yaml`, catalogueEntries(name, calibration, provenance, catalogue));
    writeFileSync(`${base}.yaml`, calibratedScenario(name, calibration, provenance));
    for (const curve of calibration.writes ?? []) {
      writeFileSync(`${workloadName(base, curve)}.curve.csv`, curveCsv(curve, provenance));
    }
    writeFileSync(`${base}.json`, `${JSON.stringify({ ...calibration, provenance }, null, 2)}\n`);
    line.print(report(calibration));
    const workloads = (calibration.writes ?? []).map((one) => workloadName(name, one));
    line.print(
      [
        `${out}.catalogue.yaml: capture-costs ${name}${workloads.length === 0 ? "" : `, workloads ${workloads.join(", ")}`}`,
        `${out}.yaml, which names them, to run and to extend; ${out}.json for snapback validate`,
        ...(workloads.length === 0
          ? []
          : [`${out}-….curve.csv: curves of distinct writes, to be laid on a page mix of snapback pages`]),
      ].join("\n"),
    );
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

/** Entries are called as their file is. @throws CommandError for what cannot be a name */
const entryName = (out: string): string => {
  const name = basename(out);
  if (!/^[A-Za-z][\w-]{0,39}$/.test(name))
    throw new CommandError(
      `--out: entries of the catalogue are called as it, so ${JSON.stringify(name)} must be letters, digits, - and _, and begin with a letter`,
    );
  return name;
};

const commandOf = ({ captures, memory, writes, assume, out }: CalibrateArguments): string =>
  [
    `snapback calibrate ${captures}`,
    ...(memory ?? []).map((one) => `--memory ${one}`),
    ...(writes ?? []).map((one) => `--writes ${one}`),
    ...(assume ?? []).map((one) => `--assume ${one}`),
    `--out ${out}`,
  ].join(" ");

/** @throws CommandError */
export const readCaptures = (line: CommandLine, name: string): MeasuredCapture[] => {
  let text: string;
  try {
    text = readFileSync(resolve(line.folder, name), "utf8");
  } catch (error) {
    throw new CommandError(`${name}: ${(error as Error).message}; snapback measure writes such a file`);
  }
  return readMeasured(name, text);
};

const report = (calibration: Calibration): string => {
  const { prepare, fixed, device, armPerPage, fault, unprotectPerPage, copyRate, inUse, inUsePart } = calibration;
  const rows = [prepare, fixed, device, armPerPage, fault, unprotectPerPage, copyRate, inUse, inUsePart]
    .filter((one) => one !== null)
    .map((one: Parameter) => [
      one.name,
      `${one.value.toPrecision(4)} ${one.unit}`,
      `${one.lower.toPrecision(3)} to ${one.upper.toPrecision(3)}`,
      one.from,
      one.remark ?? "",
    ]);
  const interval = ({ value, lower, upper }: Fitted): string =>
    `${value.toFixed(0)} (${lower.toFixed(0)} to ${upper.toFixed(0)})`;
  const curves = (calibration.writes ?? []).map(({ memory, writes, captures, classes, within, rms }) => [
    `${memory / 2 ** 20} MiB`,
    `${writes}`,
    `${captures}`,
    ...within.map(({ pages }) => interval(pages)),
    classes.map(({ pages }) => interval(pages)).join(" + "),
    `${(100 * rms).toFixed(1)} %`,
  ]);
  const scatter = Object.entries(calibration.scatter).map(([what, part]) => `${what} ${(100 * part).toFixed(0)} %`);
  return [
    align([["parameter", "value", "95 %", "from", ""], ...rows]),
    "",
    ...(curves.length === 0
      ? []
      : [
          align([
            [
              "distinct pages of",
              "writes/s",
              "captures",
              "in 0.5 s",
              "1 s",
              "2 s",
              "5 s",
              "that are written at all",
              "rms",
            ],
            ...curves,
          ]),
          "",
        ]),
    `${calibration.rows} verified captures of ${calibration.fittedTo.length} settings; single ones scatter: ${scatter.join(", ")}`,
  ].join("\n");
};
