import type {
  Component,
  FailureSource,
  FailureSpec,
  OutageTrace,
  ShockGroup,
  ShockSpec,
} from "../../models/failures/failure-spec.ts";
import type { FalseSuspicion } from "../../models/failures/false-suspicion.ts";
import type { SilentErrors } from "../../models/failures/silent-errors.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { FailureSourceSpec, FalseSuspicionFile, ShockFile } from "../schema/failures-schema.ts";
import { lawOf } from "../schema/law-schema.ts";

/** The traces that a file asks for, read. */
export type Traces = { readonly [component in Component]: OutageTrace | undefined };

/** What fails, in seconds; expects a file that was checked. */
export const resolveFailures = ({ failures, dataCentre }: ClusterFile, traces: Traces): FailureSpec => {
  const source = (component: Component): FailureSource =>
    failureSource(failures[component], component === "disk", traces[component]);
  return {
    vm: source("vm"),
    host: source("host"),
    disk: source("disk"),
    slowDisk: source("slowDisk"),
    slowDiskRate: failures.slowDiskRate,
    rack: source("rack"),
    uplink: source("uplink"),
    store: source("store"),
    renewal: failures.renewal,
    latentErrors: silentErrors(failures.latentErrors),
    corruption: silentErrors(failures.corruption),
    shocks: failures.shocks.map((shock, i) => shockSpec(shock, i, dataCentre.hostsPerRack)),
  };
};

const silentErrors = (spec: ClusterFile["failures"]["corruption"]): SilentErrors =>
  spec === "none" ? { kind: "none" } : { kind: "law", time: lawOf(spec) };

export const resolveFalseSuspicion = (spec: FalseSuspicionFile): FalseSuspicion => {
  if (spec === "none") return { kind: "none" };
  return "lost" in spec ? { kind: "lost", probability: spec.lost } : { kind: "law", time: lawOf(spec) };
};

const failureSource = (spec: FailureSourceSpec, forEver: boolean, trace: OutageTrace | undefined): FailureSource => {
  if (spec === "none") return { kind: "none" };
  if ("times" in spec) {
    const outages = spec.times
      .map(({ component, start, end = Infinity, permanent = forEver }) => ({ component, start, end, permanent }))
      .sort((a, b) => a.start - b.start || a.component - b.component);
    return { kind: "times", outages };
  }
  if ("trace" in spec) return { kind: "trace", trace: trace!, permanent: spec.permanent };
  return { kind: "law", time: lawOf(spec), repair: lawOf(spec.repair), permanent: spec.permanent, age: spec.age };
};

const shockSpec = (shock: ShockFile, index: number, hostsPerRack: number): ShockSpec => ({
  name: shock.name ?? `shock ${index}`,
  strikes:
    "times" in shock ? { kind: "times", times: shock.times } : { kind: "law", time: lawOf(shock), age: shock.age },
  takes: shockGroup(shock.takes, hostsPerRack),
  probability: shock.probability,
  within: shock.within,
  repair: lawOf(shock.repair),
  permanent: shock.permanent,
});

const shockGroup = (takes: ShockFile["takes"], hostsPerRack: number): ShockGroup => {
  if (typeof takes === "string") return { kind: takes };
  if ("hosts" in takes) return { kind: "hosts", hosts: takes.hosts };
  if ("random" in takes) return { kind: "random", count: takes.random };
  const first = takes.rack * hostsPerRack;
  return { kind: "hosts", hosts: Array.from({ length: hostsPerRack }, (_, i) => first + i) };
};
