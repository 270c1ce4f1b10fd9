import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { align } from "../../scenarios/align.ts";
import { CommandError, type CommandLine } from "../../scenarios/commands/command-line.ts";
import { type Calibration, calibrate, type Parameter } from "../study/calibration.ts";
import { calibratedScenario, type Provenance } from "../study/calibration-file.ts";
import { type MeasuredCapture, readMeasured } from "../study/measured-capture.ts";
import { TestbedError } from "../testbed-error.ts";
import { thisMachine } from "./this-machine.ts";

interface CalibrateArguments {
  readonly captures: string;
  readonly memory?: readonly number[];
  readonly writes?: readonly number[];
  readonly out: string;
}

/** Fits the costs of captures to some that were measured; writes a scenario to extend, and a record of the fit. */
export const calibrateCommand = (line: CommandLine, given: CalibrateArguments): void => {
  try {
    const all = readCaptures(line, given.captures);
    const rows = all.filter(
      ({ memory, writes }) =>
        (given.memory === undefined || given.memory.includes(memory / 2 ** 20)) &&
        (given.writes === undefined || given.writes.includes(writes)),
    );
    const calibration = calibrate(rows);
    const provenance: Provenance = {
      machine: thisMachine(),
      date: new Date().toISOString().slice(0, 10),
      command: commandOf(given),
    };
    const name = given.out.replace(/\.(yaml|json)$/, "");
    const base = resolve(line.folder, name);
    writeFileSync(`${base}.yaml`, calibratedScenario(calibration, provenance));
    writeFileSync(`${base}.json`, `${JSON.stringify({ ...calibration, provenance }, null, 2)}\n`);
    line.print(report(calibration));
    line.print(`${name}.yaml to extend, ${name}.json for snapback validate`);
  } catch (error) {
    throw error instanceof TestbedError ? new CommandError(error.message) : error;
  }
};

const commandOf = ({ captures, memory, writes, out }: CalibrateArguments): string =>
  [
    `snapback calibrate ${captures}`,
    ...(memory ?? []).map((one) => `--memory ${one}`),
    ...(writes ?? []).map((one) => `--writes ${one}`),
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
  const { prepare, fixed, device, armPerPage, unprotectPerPage, copyRate, inUse, inUsePart } = calibration;
  const rows = [prepare, fixed, device, armPerPage, unprotectPerPage, copyRate, inUse, inUsePart].map(
    (one: Parameter) => [
      one.name,
      `${one.value.toPrecision(4)} ${one.unit}`,
      `${one.lower.toPrecision(3)} to ${one.upper.toPrecision(3)}`,
      one.from,
      one.remark ?? "",
    ],
  );
  const scatter = Object.entries(calibration.scatter).map(([what, part]) => `${what} ${(100 * part).toFixed(0)} %`);
  return [
    align([["parameter", "value", "95 %", "from", ""], ...rows]),
    "",
    `${calibration.rows} verified captures of ${calibration.fittedTo.length} settings; single ones scatter: ${scatter.join(", ")}`,
  ].join("\n");
};
