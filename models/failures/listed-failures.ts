import type { ClusterScenario } from "../scenario.ts";
import { allOutages, type Counts } from "./all-outages.ts";
import { components, type FailureSource, type FailureSpec, type Outage } from "./failure-spec.ts";
import type { FailureStreams } from "./outages.ts";
import { shocksOf } from "./shocks.ts";

/** How many components of each kind a scenario has. */
export const countsOf = ({ dataCentre, cluster }: Pick<ClusterScenario, "dataCentre" | "cluster">): Counts => {
  const { racks, hostsPerRack } = dataCentre;
  const hosts = racks * hostsPerRack;
  return {
    vm: cluster.count * cluster.vms,
    host: hosts,
    disk: hosts,
    slowDisk: hosts,
    rack: racks,
    uplink: racks,
    store: 1,
  };
};

/**
 * The same failures as lists of times: every outage up to the horizon that laws and traces bring in the run with these
 * streams, and every host that a shock hits as an outage of its own. Whoever runs them instead meets the same failures,
 * whatever else he draws. Errors that nobody notices at once are left as they are.
 *
 * @param streams those of one contention domain, as its simulation has them
 */
export const listedFailures = (
  { failures, horizon, dataCentre, cluster }: ClusterScenario,
  streams: FailureStreams,
): FailureSpec => {
  const outages = allOutages(failures, countsOf({ dataCentre, cluster }), horizon, streams);
  const shocks = streams.split("shocks");
  const hit = failures.shocks.flatMap((spec, i) => {
    const own = shocks.split(String(i));
    return shocksOf(spec, dataCentre, horizon, (name) => own.get(name)).flatMap(({ victims }) => victims);
  });
  const listed = components.map((component): [string, FailureSource] => {
    const all = [...outages[component].flat(), ...(component === "host" ? hit : [])];
    const within = all.filter(({ start }) => start < horizon).sort(byTime);
    return [component, within.length === 0 ? { kind: "none" } : { kind: "times", outages: within }];
  });
  return { ...failures, ...Object.fromEntries(listed), shocks: [] };
};

const byTime = (one: Outage, other: Outage): number => one.start - other.start || one.component - other.component;
