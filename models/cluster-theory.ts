import type { Columns } from "./columns.ts";
import { type QuietCycle, quietCycle } from "./quiet-cycle.ts";
import type { ClusterScenario } from "./scenario.ts";

/**
 * Expectations of the columns for which a closed form holds beside a simulated cluster, exactly; the others are left out.
 * They are worked out from the scenario alone, and share no code with the simulation of captures and failures.
 */
export const clusterTheory = (scenario: ClusterScenario): Columns => ({
  ...hostFailures(scenario),
  ...(nothingFails(scenario) ? quiet(scenario, quietCycle(scenario)) : {}),
});

const nothingFails = ({ failures }: ClusterScenario): boolean =>
  failures.host.kind === "none" && failures.vm.kind === "none";

/**
 * A host that fails at rate λ while it is up, and comes back at rate μ, is up with probability A + (1 - A) e^(-(λ+μ)t):
 * λ times its integral are the expected failures in a run, which all begin with hosts that are up.
 */
const hostFailures = ({ failures, dataCentre, domains, horizon }: ClusterScenario): Columns => {
  const { host } = failures;
  if (host.kind !== "law" || host.time.law !== "exponential" || host.repair.law !== "exponential") return {};
  const [failing, returning] = [1 / host.time.mean, 1 / host.repair.mean];
  const both = failing + returning;
  const upTime = (returning * horizon + (failing * -Math.expm1(-both * horizon)) / both) / both;
  return { hostFailures: domains * dataCentre.racks * dataCentre.hostsPerRack * failing * upTime };
};

/** The columns of a run in which nothing happens but snapshots, each like the one before. */
const quiet = (scenario: ClusterScenario, cycle: QuietCycle | undefined): Columns => {
  if (cycle === undefined) return {};
  const { horizon, snapshot, pauseTolerance } = scenario;
  const { hold, skew, alone } = cycle;
  const pauses = { pauseMean: hold + skew, cutSkew: skew };
  if (alone === undefined) return pauses;
  const { lead, capture, faults, perFault, preCopy } = alone;
  // The first cut cannot know how long its rounds take; later ones begin so much earlier. None is made at the horizon, by
  // when the last must be over.
  const first = snapshot.interval + lead;
  const period = snapshot.interval + (snapshot.intervalFrom === "end" ? hold : 0);
  const second = first + period - (snapshot.intervalFrom === "cut" ? lead : 0);
  const cuts = 1 + Math.max(0, Math.ceil((horizon - second) / period - 1e-9));
  const lastCut = cuts === 1 ? first : second + (cuts - 2) * period;
  if (lastCut + capture > horizon) return pauses;
  const downtimePause = hold > pauseTolerance ? (cuts * hold) / horizon : 0;
  const stall = faults === undefined ? undefined : faults * perFault;
  return {
    ...pauses,
    captureDurationMean: capture,
    snapshots: scenario.domains * scenario.cluster.count * cuts,
    downtimePause,
    availability: 1 - downtimePause,
    ...(cuts > 1 ? { intervalAchieved: (lastCut - first) / (cuts - 1) } : {}),
    ...(faults === undefined ? {} : { faults }),
    ...(stall === undefined ? {} : { workRatio: 1 - (cuts * (hold + stall)) / horizon }),
    ...(preCopy === undefined
      ? {}
      : { preCopyRounds: preCopy.live.length, preCopyConverged: Number(preCopy.converged) }),
  };
};
