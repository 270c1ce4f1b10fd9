import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import busy from "../../results/published/busy/validation.json" with { type: "json" };
import published from "../../results/published/validation.json" with { type: "json" };

type Record = typeof published;

/** Where `snapback validate … --out results/runs/validation` leaves the user's own. */
const own = fileURLToPath(new URL("../../results/runs/validation/validation.json", import.meta.url));

const summary = (name: string, { machine, date, command, verdict, x, judged, points }: Record) => ({
  name,
  machine,
  date,
  command,
  verdict,
  judged: judged.map(
    ({ metric, mode, points, captures, error, errorInterval, goal, isMet, coverage, equivalence, uncertainty }) => ({
      ...{ metric, mode, points, captures, goal, isMet, coverage },
      ratio: error.geometricMeanRatio,
      error: error.meanAbsoluteRelative,
      within: [errorInterval.lower, errorInterval.upper],
      same: equivalence.isEquivalent,
      off: uncertainty.error,
      noise: 2 * uncertainty.uncertainty,
    }),
  ),
  x,
  points: points.map(({ mode, panel, x, measured, simulated }) => ({ mode, panel, x, measured, simulated })),
});

export default [
  summary("published", published),
  summary("published, while the machine was busy", busy),
  ...(existsSync(own) ? [summary("your own", JSON.parse(readFileSync(own, "utf8")) as Record)] : []),
];
