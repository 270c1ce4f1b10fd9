import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { median, medianDeviation } from "../../results/statistics/median.ts";
import { quantileInterval } from "../../results/statistics/quantile-interval.ts";
import { TestbedError } from "../testbed-error.ts";
import { fewestRows, type Parameter } from "./parameter.ts";
import { type RunMetric, runFigures } from "./run-figures.ts";
import { seenCaptures, toldCosts } from "./seen-captures.ts";
import { hadSlowDisk } from "./slow-disks.ts";

/** A run on real machines, and what tells it from others. */
export interface FittedRun {
  readonly asked: string;
  readonly events: readonly LifeCycleEvent[];
}

export interface ReplayCalibration {
  /** Those that the runs could tell, with the key of a scenario that each is. */
  readonly parameters: readonly Parameter[];
  /** Keys that too few of something told, and of how much: they stay as they are. */
  readonly untold: readonly string[];
  /** Of single measurements around what was fitted, as a part of it. */
  readonly scatter: Readonly<Partial<Record<RunMetric, number>>>;
  /** Runs that were fitted to: none of them says anything of the model's worth. */
  readonly fittedTo: readonly string[];
}

/**
 * Fits what snapshots and rollbacks cost beside the network to runs on real machines. All are medians with their
 * intervals (no law supposed), because machines are held up by what else they do. What a slow disk took part in is left out:
 * - snapshot.costs.copyRate, device, unprotectPerPage: by {@link toldCosts}
 * - snapshot.costs.recordRate: captured bytes of the host with most, over the time in which a snapshot is captured and neither copied
 *   nor durable: before its first copy, and after its last
 * - rollback.rebuildRate: the same bytes over the transfer of a rollback to which no byte comes, without reading its disk
 * - rollback.planTime, resumeTime, announceTime, coldStart: phases of rollbacks
 *
 * @param base what is not fitted, and the rate of copies where no guest stood still for them
 * @throws TestbedError if nothing can be told
 */
export const calibrateReplays = (
  runs: readonly FittedRun[],
  {
    snapshot: { costs },
    dataCentre: {
      host: { disk },
    },
  }: Pick<ClusterScenario, "snapshot" | "dataCentre">,
): ReplayCalibration => {
  const captures = toldCosts(
    runs.flatMap(({ events }) => seenCaptures(events)),
    costs,
  );
  const copyRate = captures.copyRate.length >= fewestRows ? median(captures.copyRate) : costs.copyRate;
  const figures = runs.map(({ events }) => runFigures(events));
  const phase = (metric: RunMetric): number[] => figures.flatMap((one) => one[metric]);
  const asked = [
    ["snapshot.costs.copyRate", "B/s", "captures of guests that stood still", captures.copyRate, "captureDuration"],
    ["snapshot.costs.device", "s", "captures of guests that ran on", captures.device, undefined],
    [
      "snapshot.costs.unprotectPerPage",
      "s/page",
      "captures of guests that ran on",
      captures.unprotectPerPage(copyRate),
      "captureDuration",
    ],
    ["snapshot.costs.recordRate", "B/s", "snapshots", runs.flatMap(({ events }) => recordRates(events)), "durability"],
    [
      "rollback.rebuildRate",
      "B/s",
      "rollbacks in place",
      runs.flatMap(({ events }) => rebuildRates(events, disk.read)),
      "transfer",
    ],
    ["rollback.planTime", "s", "rollbacks", phase("plan"), "plan"],
    ["rollback.resumeTime", "s", "rollbacks", phase("resume"), "resume"],
    ["rollback.announceTime", "s", "rollbacks", phase("announce"), "announce"],
    ["rollback.coldStart", "s", "cold starts", phase("coldStart"), "coldStart"],
  ] as const;
  const told = asked.filter(([, , , values]) => values.length >= fewestRows);
  if (told.length === 0)
    throw new TestbedError(
      `nothing to be told from ${runs.length} runs: ${asked.map(([name, , of, { length }]) => `${name} from ${length} ${of}`).join(", ")}; each takes ${fewestRows}`,
    );
  return {
    parameters: told.map(([name, unit, of, values]): Parameter => {
      const { lower, upper } = quantileInterval(values, 0.5);
      return { name, unit, from: `${values.length} ${of}`, value: median(values), lower, upper };
    }),
    untold: asked.filter((one) => !told.includes(one)).map(([name, , of, { length }]) => `${name}: ${length} ${of}`),
    scatter: Object.fromEntries(
      told.flatMap(([, , , values, metric]) => {
        if (metric === undefined) return [];
        const centre = median(values);
        const part = medianDeviation(
          values.map((one) => one / centre),
          1,
        );
        // Equal to the last digit they say nothing of how far machines scatter.
        return part > 0 ? [[metric, part]] : [];
      }),
    ),
    fittedTo: runs.map((run) => run.asked).toSorted(),
  };
};

/** Captured bytes of a snapshot, by the host that captured them. */
const capturedBy = (events: readonly LifeCycleEvent[], cluster: string, snapshot: number): Map<string, number> => {
  const bytes = new Map<string, number>();
  for (const event of events)
    if (event.kind === "cut" && event.cluster === cluster && event.snapshot === snapshot)
      bytes.set(event.host, (bytes.get(event.host) ?? 0) + event.bytes);
  return bytes;
};

const mostOf = (bytes: ReadonlyMap<string, number>): number => Math.max(0, ...bytes.values());

const recordRates = (events: readonly LifeCycleEvent[]): number[] =>
  events.flatMap((durable) => {
    if (durable.kind !== "snapshot" || durable.state !== "durable") return [];
    const { cluster, snapshot } = durable;
    // Of several snapshots that bear one number the last is durable.
    const captured = events.findLast(
      (one) =>
        one.kind === "snapshot" && one.cluster === cluster && one.snapshot === snapshot && one.state === "captured",
    );
    const copies = events.filter(
      (one) =>
        one.kind === "transfer" && one.errand === "replicate" && one.snapshot === snapshot && one.at <= durable.at,
    );
    const [first, last] = [copies[0], copies.at(-1)];
    const bytes = mostOf(capturedBy(events, cluster, snapshot));
    if (captured === undefined || first === undefined || last === undefined) return [];
    if (hadSlowDisk(events, durable.at - durable.age, durable.at)) return [];
    const seconds = first.at - captured.at + (durable.at - last.at);
    return bytes > 0 && seconds > 0 ? [bytes / seconds] : [];
  });

const rebuildRates = (events: readonly LifeCycleEvent[], read: number): number[] =>
  events.flatMap((chosen, i) => {
    if (chosen.kind !== "rollback" || chosen.phase !== "chosen" || chosen.snapshot === undefined) return [];
    const { cluster, snapshot, places } = chosen;
    const later = events.slice(i + 1).filter((one) => one.kind === "rollback" && one.cluster === cluster);
    const [transfer, resume] = later;
    if (transfer?.kind !== "rollback" || transfer.phase !== "transfer") return [];
    if (resume?.kind !== "rollback" || resume.phase !== "resume") return [];
    const comes = events.some(
      (one) =>
        one.kind === "transfer" &&
        one.errand === "restore" &&
        one.state !== "begin" &&
        one.sourceBytes > 0 &&
        one.at >= transfer.at &&
        one.at <= resume.at,
    );
    if (comes || hadSlowDisk(events, transfer.at, resume.at)) return [];
    const bytes = new Map<string, number>();
    for (const event of events)
      if (event.kind === "cut" && event.cluster === cluster && event.snapshot === snapshot) {
        const host = places.find(({ vm }) => vm === event.vm)?.host;
        if (host !== undefined) bytes.set(host, (bytes.get(host) ?? 0) + event.bytes);
      }
    const most = mostOf(bytes);
    const seconds = resume.at - transfer.at - most / read;
    return seconds > 0 && most > 0 ? [most / seconds] : [];
  });
