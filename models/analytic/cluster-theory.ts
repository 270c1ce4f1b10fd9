import type { Columns } from "../books/columns.ts";
import { components } from "../failures/failure-spec.ts";
import type { ClusterScenario } from "../scenario.ts";
import { type QuietCycle, quietCycle } from "./quiet-cycle.ts";

/**
 * Expectations of the columns for which a closed form holds beside a simulated cluster, exactly; the others are left out.
 * They are worked out from the scenario alone, and share no code with the simulation of captures and failures.
 */
export const clusterTheory = (scenario: ClusterScenario): Columns => ({
  ...failures(scenario),
  ...(nothingFails(scenario) ? quiet(scenario, quietCycle(scenario)) : {}),
});

const nothingFails = ({ failures, detection }: ClusterScenario): boolean =>
  components.every((component) => failures[component].kind === "none") &&
  failures.shocks.length === 0 &&
  detection.falseSuspicion.kind === "none";

/**
 * A component that fails at rate λ while it is up, and comes back at rate μ, is up with probability
 * A + (1 - A) e^(-(λ+μ)t): λ times its integral are the expected failures in a run, which all begin with components that
 * are up. Known of the only components that fail; of VMs not, whose failures count while they run.
 */
const failures = ({ failures, dataCentre, domains, horizon }: ClusterScenario): Columns => {
  const { racks, hostsPerRack } = dataCentre;
  const [only, ...others] = components.filter((component) => failures[component].kind !== "none");
  if (only === undefined || only === "vm" || others.length > 0 || failures.shocks.length > 0) return {};
  const source = failures[only];
  if (source.kind !== "law" || source.time.law !== "exponential" || source.repair.law !== "exponential") return {};
  const hosts = racks * hostsPerRack;
  const count = { host: hosts, disk: hosts, slowDisk: hosts, rack: racks, uplink: racks, store: 1 }[only];
  const [failing, returning] = [1 / source.time.mean, 1 / source.repair.mean];
  const both = failing + returning;
  const upTime = (returning * horizon + (failing * -Math.expm1(-both * horizon)) / both) / both;
  return { [`${only}Failures`]: domains * count * failing * upTime };
};

/** The columns of a run in which nothing happens but snapshots, each like the one before. */
const quiet = (scenario: ClusterScenario, cycle: QuietCycle | undefined): Columns => {
  if (cycle === undefined) return {};
  const { horizon, snapshot, pauseTolerance } = scenario;
  const { hold, skew, alone } = cycle;
  const pauses = { pauseMean: hold + skew, cutSkew: skew };
  if (alone === undefined) return pauses;
  const { lead, capture, bytes, faults, perFault, preCopy } = alone;
  // Cycles are due after an interval, and from then on; none begins at the horizon, by when the last must be over.
  const period = snapshot.interval + (snapshot.intervalFrom === "end" ? lead + hold : 0);
  const cuts = Math.max(1, Math.ceil((horizon - snapshot.interval) / period - 1e-9));
  const lastCut = snapshot.interval + (cuts - 1) * period + lead;
  if (lastCut + capture > horizon) return pauses;
  const snapshots = scenario.domains * scenario.cluster.count * cuts;
  const downtimePause = hold > pauseTolerance ? (cuts * hold) / horizon : 0;
  const stall = faults === undefined ? undefined : faults * perFault;
  return {
    ...pauses,
    captureDurationMean: preCopy === undefined ? capture : lead + capture,
    snapshots,
    captureBytes: snapshots * scenario.cluster.vms * bytes,
    downtimePause,
    availability: 1 - downtimePause,
    ...(cuts > 1 ? { intervalAchieved: period } : {}),
    ...(faults === undefined ? {} : { faults }),
    ...(stall === undefined ? {} : { workRatio: 1 - (cuts * (hold + stall)) / horizon }),
    ...(preCopy === undefined
      ? {}
      : { preCopyRounds: preCopy.live.length, preCopyConverged: Number(preCopy.converged) }),
  };
};
