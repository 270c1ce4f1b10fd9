import { didYouMean } from "./text/spelling.ts";

/** Thrown for a column that no result has. */
export class UnknownColumnError extends Error {
  override readonly name = "UnknownColumnError";
}

/** What a reader wants to see first of a single point. */
const telling = [
  "availability",
  "availabilityNet",
  "workRatio",
  "downtime*",
  "rpoMean",
  "rpoP95",
  "restorePointAgeMean",
  "rtoMean",
  "ttrMean",
  "pauseMean",
  "pauseP95",
  "captureDurationMean",
  "cutSkew",
  "orphans",
  "tcpInterruptionMean",
  "durabilityLatencyMean",
  "intervalAchieved",
  "preCopy*",
  "stall",
  "throttle",
  "utilisation*",
  "pIntact",
  "pDegraded",
  "pUsable",
  "pFailed",
  "storedBytes",
  "sourceBytes",
  "linkBytes",
  "repairBytes",
  "snapshotsDurable",
  "rollbacks",
  "*Failures",
  "shocks",
  "falseSuspicions",
];

/** What fits beside each other for many points. */
const brief = ["availability", "availabilityNet", "workRatio", "rpoMean", "rtoMean", "intervalAchieved", "rollbacks"];
const briefTextbook = ["availability", "workRatio", "finish", "lostWork", "failuresEffective"];

/** The columns that are shown unless others are asked for. */
export const usualColumns = (all: readonly string[], points: number): readonly string[] => {
  // The textbook model has few columns, and all of them speak.
  if (!all.includes("availabilityNet"))
    return points === 1 ? all : all.filter((column) => briefTextbook.includes(column));
  const wanted = points === 1 ? telling : brief;
  return all.filter((column) => wanted.some((pattern) => matches(pattern, column)));
};

/**
 * The columns that `patterns` ask for, in the order of the patterns; `*` stands for any letters, `all` for all columns.
 * @throws UnknownColumnError if a pattern fits none
 */
export const chooseColumns = (all: readonly string[], patterns: readonly string[]): readonly string[] => {
  const chosen = patterns.flatMap((pattern) => {
    const found = pattern === "all" ? all : all.filter((column) => matches(pattern, column));
    if (found.length === 0) {
      throw new UnknownColumnError(
        `there is no column ${pattern}${didYouMean(pattern, all) || `; there are ${all.join(", ")}`}`,
      );
    }
    return found;
  });
  return [...new Set(chosen)];
};

const matches = (pattern: string, column: string): boolean =>
  new RegExp(`^${pattern.replace(/[^\w*]/g, "\\$&").replaceAll("*", ".*")}$`).test(column);

/** The unit in which a column is printed, and how many base units it is. */
export const printedUnit = (column: string): { readonly unit: string; readonly factor: number } => {
  if (/(Bytes|storedPeak|diskPeak)$|^restoreSaved/.test(column)) return { unit: "GB", factor: 1e9 };
  if (seconds.test(column)) return { unit: "s", factor: 1 };
  return { unit: "", factor: 1 };
};

const seconds =
  /^(pause|captureDuration|durabilityLatency|restorePointAge|rpo|rto|ttr|residency|tcpInterruption|tcpOutage|clockJump|admissionWait)(Mean|P50|P95|Max)$|^(intervalAchieved|cutSkew|finish|lostWork|time[A-Z]\w*)$/;
