import type { Catalogue } from "../../scenarios/catalogue.ts";
import { at, type Tree } from "../../scenarios/text/tree.ts";
import type { Calibration } from "./calibration.ts";
import type { Provenance } from "./calibration-file.ts";
import type { Parameter } from "./parameter.ts";
import type { WriteCurve } from "./write-curve.ts";

const gibibyte = 2 ** 30;
const pageSize = 4096;
/** Capture costs of the same hypervisor, for what captures do not tell. */
const nearest = "qemu-7.2";

/** `{ value: 12.19ms, source: "measured: …" }` */
const quantity = (value: string, source: string): string => `{ value: ${value}, source: ${JSON.stringify(source)} }`;

export const written: { readonly [unit in Parameter["unit"]]: (value: number) => string } = {
  s: (value) => `${(value * 1e3).toPrecision(4)}ms`,
  "s/page": (value) => `${(value * 1e6).toPrecision(4)}us/page`,
  "B/s": (value) => `${(value / 1e6).toPrecision(4)}MB/s`,
  B: (value) => `${value}`,
  "1": (value) => `${value}`,
};

/** Name of the workload of a guest with this memory, whose own workload was to write so much. */
export const workloadName = (name: string, { memory, writes }: Pick<WriteCurve, "memory" | "writes">): string =>
  `${name}-${memory / 2 ** 20}MiB-${writes}`;

/** What captures have seen of a guest's writes, in the form of a curve that a scenario can lay on any page mix. */
export const curveCsv = ({ points }: WriteCurve, { machine, date, command }: Provenance): string =>
  [
    `# Pages that differ from the capture before. Machine: ${machine}. Date: ${date}. Command: ${command}`,
    "seconds,distinctPages",
    ...points
      .toSorted((one, other) => one.seconds - other.seconds)
      .map(({ seconds, pages }) => `${seconds.toFixed(6)},${pages}`),
    "",
  ].join("\n");

/**
 * Entries of the catalogue with what was fitted, each number with its interval, and what was not as the catalogue's nearest
 * entry assumes it: costs of captures, which are the hardware's and the hypervisor's, and a workload for each kind of guest.
 *
 * @param catalogue that comes with the product
 */
export const catalogueEntries = (
  name: string,
  calibration: Calibration,
  { machine, date, command }: Provenance,
  catalogue: Catalogue,
): string => {
  const workloads = (calibration.writes ?? []).map((curve) => workloadLines(name, curve, calibration, date));
  return [
    `# What ${calibration.rows} captures that were measured and verified tell of this machine and its guests.`,
    `# Machine: ${machine}. Date: ${date}. Command: ${command}`,
    "capture-costs:",
    `  ${name}:`,
    ...costLines(calibration, date, catalogue),
    ...(workloads.length === 0 ? [] : ["workloads:", ...workloads.flat()]),
    "",
  ].join("\n");
};

const costLines = (calibration: Calibration, date: string, catalogue: Catalogue): string[] => {
  const { prepare, fixed, device, armPerPage, fault, unprotectPerPage, copyRate } = calibration;
  const fitted = new Map(
    [prepare, fixed, device, armPerPage, ...(fault === null ? [] : [fault]), unprotectPerPage, copyRate].map((one) => [
      one.name,
      one,
    ]),
  );
  const known = catalogue.find("capture-costs", nearest);
  if (known?.kind !== "mapping") throw new Error(`the catalogue has no capture costs ${nearest}`);
  return [...known.entries.keys()]
    .filter((key) => key !== "name")
    .map((key) => {
      const own = fitted.get(key);
      return `    ${key}: ${own === undefined ? asAssumed(at(known, [key])!) : asMeasured(own, date)}`;
    });
};

const asMeasured = (one: Parameter, date: string): string => {
  const write = written[one.unit];
  const interval = one.remark ?? `95 %: ${write(one.lower)} to ${write(one.upper)}`;
  return quantity(write(one.value), `measured: ${one.from}, ${date}; ${interval}`);
};

const asAssumed = (tree: Tree): string => {
  if (tree.kind !== "scalar") throw new Error(`capture costs of ${nearest} have more than numbers`);
  return tree.provenance === undefined
    ? String(tree.value)
    : quantity(String(tree.value), `assumed: as ${nearest}, captures of this machine do not tell it`);
};

/** Shares are written in millionths, so that they add up to 1 as they are read. */
const million = 1e6;

const workloadLines = (
  name: string,
  curve: WriteCurve,
  { inUse, inUsePart }: Pick<Calibration, "inUse" | "inUsePart">,
  date: string,
): string[] => {
  const { memory, captures, classes, within, rms } = curve;
  const pages = memory / pageSize;
  const used = Math.min(1, (inUse.value + inUsePart.value * memory) / memory);
  const from = `measured: ${captures} captures compared with the one before, ${date}`;
  const curveSource = within
    .map(({ seconds, pages: one }) => `${seconds} s ${round(one.value)} (${round(one.lower)} to ${round(one.upper)})`)
    .join(", ");
  const shares = classes.map((one) => Math.round((one.pages.value / pages) * million));
  const hot = shares.reduce((sum, one) => sum + one, 0);
  const rest = Math.max(0, Math.round(used * million) - hot);
  const none = quantity("0", "assumed: captures do not tell contents apart");
  const all = quantity("1", "assumed: captures do not tell contents apart");
  const own = `content: { zero: ${none}, selfDuplicate: ${none}, interVm: ${none}, unique: ${all} }`;
  const ratio = 'compressRatio: { value: 1, source: "assumed: captures do not tell it" }';
  const line = (key: string, type: string, share: string, writes: string): string =>
    `      ${key}: { type: ${type}, share: ${share}, writesPerGiB: ${writes}, ${ratio}, ${own} }`;
  const never = quantity("0/s", from);
  const inUseSource = `measured: bytes of captures by memory, ${date}; ${(100 * used).toFixed(1)} % are in use, less what is written`;
  return [
    `  # Pages within ${curveSource}; rms ${(100 * rms).toFixed(1)} %.`,
    `  ${workloadName(name, curve)}:`,
    "    classes:",
    ...classes.map((one, j) => {
      const perGiB = (value: number): string => `${((value * gibibyte) / memory).toPrecision(5)}/s`;
      const source = (lower: string, upper: string): string => `${from}; 95 %: ${lower} to ${upper}`;
      const part = (value: number): string => (value / pages).toPrecision(3);
      return line(
        j === 0 ? "hot" : `hot${j + 1}`,
        "anonymous",
        quantity(`${shares[j]! / million}`, source(part(one.pages.lower), part(one.pages.upper))),
        quantity(perGiB(one.writes.value), source(perGiB(one.writes.lower), perGiB(one.writes.upper))),
      );
    }),
    line("system", "kernel", quantity(`${rest / million}`, inUseSource), never),
    line("free", "free", quantity(`${(million - hot - rest) / million}`, inUseSource), never),
  ];
};

const round = (value: number): string => (Number.isFinite(value) ? Math.round(value).toString() : "unknown");
