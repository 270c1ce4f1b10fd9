import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import published from "../../results/published/replay.json" with { type: "json" };

type Record = typeof published;

/** Where `snapback replay … --out results/runs/replay` leaves the user's own. */
const own = fileURLToPath(new URL("../../results/runs/replay/replay.json", import.meta.url));

const summary = (name: string, { machine, date, command, runs, judged, verified }: Record) => ({
  name,
  machine,
  date,
  command,
  verified,
  runs: runs.length,
  judged: judged.map(({ column, runs, error, goal, isMet }) => ({
    ...{ column, runs, goal, isMet },
    error: error.meanAbsoluteRelative,
    largest: error.largestRelative,
  })),
});

export default [
  summary("published", published),
  ...(existsSync(own) ? [summary("your own", JSON.parse(readFileSync(own, "utf8")) as Record)] : []),
];
