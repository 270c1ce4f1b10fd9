import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import published from "../../results/published/validation.json" with { type: "json" };

type Record = typeof published;

/** Where `snapback validate … --out results/runs/validation` leaves the user's own. */
const own = fileURLToPath(new URL("../../results/runs/validation/validation.json", import.meta.url));

const summary = (name: string, { machine, date, command, verdict, judged, points }: Record) => ({
  name,
  machine,
  date,
  command,
  verdict,
  judged: judged.map(({ metric, mode, points, captures, error, goal, isMet, coverage, equivalence, uncertainty }) => ({
    ...{ metric, mode, points, captures, goal, isMet, coverage },
    ratio: error.geometricMeanRatio,
    error: error.meanAbsoluteRelative,
    same: equivalence.isEquivalent,
    off: uncertainty.error,
    noise: 2 * uncertainty.uncertainty,
  })),
  points: points.map(({ mode, measured, simulated }) => ({
    mode,
    memory: measured[0]!.memory,
    writes: measured[0]!.writes,
    simulated,
    measured: measured.map(({ pause, captureDuration, untilCut, captureBytes }) => ({
      pause,
      captureDuration: mode === "pre-copy" ? captureDuration : captureDuration - untilCut,
      captureBytes,
    })),
  })),
});

export default [
  summary("published", published),
  ...(existsSync(own) ? [summary("your own", JSON.parse(readFileSync(own, "utf8")) as Record)] : []),
];
