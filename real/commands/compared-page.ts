import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { list, paragraph, section, table } from "../../results/pages/page.ts";
import { below } from "../../results/timeline/below.ts";
import { timelinePage } from "../../scenarios/timeline/html.ts";
import { lanesOf } from "../../scenarios/timeline/lanes.ts";
import { type ComparedRun, comparedColumns, replayGoals } from "../replay/comparison.ts";
import { type RecordedRun, type ReplayPoint, titleOf } from "./recorded-run.ts";
import { difference, percent, short } from "./replay-report.ts";

interface ComparedEvents {
  readonly compared: ComparedRun;
  readonly recorded: Pick<RecordedRun, "events" | "machine" | "date" | "notes" | "verifiedPoints">;
  /** Of the simulator's first replication. */
  readonly simulated: readonly LifeCycleEvent[];
}

/** One page: what the simulator says above what real machines did, on the same axis of time, and the columns of both. */
export const comparedPage = (
  { scenario, seed, setting, notes }: ReplayPoint,
  { compared, recorded, simulated }: ComparedEvents,
): string => {
  const name = [scenario.name, setting].filter((part) => part !== "").join(" ");
  const title = titleOf(name, scenario, seed);
  const runs = [
    { heading: "simulated", data: lanesOf(title, simulated) },
    { heading: "real machines", data: lanesOf(title, recorded.events) },
  ];
  const replications = compared.simulated.length;
  const about = `Simulated above, replication 0 of ${replications} with seed ${seed}; below it the same scenario on real machines: ${recorded.machine}, ${recorded.date}. The table has the mean of all replications.`;
  const remarks = [
    ...notes,
    ...recorded.notes,
    `${recorded.verifiedPoints} restore points were read again at the end and are as they were captured.`,
  ];
  return timelinePage(name, below(name, runs), [
    section("Columns", [paragraph(about), table(head, rowsOf(compared)), list(remarks)]),
  ]);
};

const head = ["", "real", "simulated", "difference", "goal of the mean over runs"];

const rowsOf = (run: ComparedRun): string[][] =>
  comparedColumns(run)
    .filter((one) => one.real !== 0 || one.simulated !== 0)
    .map(({ column, real, simulated }) => {
      const goal = replayGoals[column];
      return [
        column,
        short(real),
        short(simulated),
        difference(real, simulated),
        goal === undefined ? "" : percent(goal),
      ];
    });
