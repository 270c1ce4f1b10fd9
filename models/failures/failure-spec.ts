import type { Law } from "../laws.ts";
import type { SilentErrors } from "./silent-errors.ts";

/** What can fail, one by one (model.md, section 7). */
export const components = ["vm", "host", "disk", "slowDisk", "rack", "uplink", "store"] as const;
export type Component = (typeof components)[number];

/** `component`: each begins a new life when it is repaired; `all`: every failure of a component renews all others too. */
export const renewals = ["component", "all"] as const;
export type Renewal = (typeof renewals)[number];

/** Whether components have been in use for long, or all start new at time 0. */
export const ages = ["stationary", "new"] as const;
export type Age = (typeof ages)[number];

export type FailureSpec = { readonly [component in Component]: FailureSource } & {
  readonly renewal: Renewal;
  readonly shocks: readonly ShockSpec[];
  /** Part of its rates, above 0, that a slow disk has left. */
  readonly slowDiskRate: number;
  /** Errors in what lies on the disk of a host. */
  readonly latentErrors: SilentErrors;
  /** A guest goes wrong without failing, and its snapshots with it. */
  readonly corruption: SilentErrors;
};

export interface LawSource {
  readonly kind: "law";
  readonly time: Law;
  readonly repair: Law;
  readonly permanent: number;
  readonly age: Age;
}

export type FailureSource =
  | { readonly kind: "none" }
  | LawSource
  | { readonly kind: "times"; readonly outages: readonly Outage[] }
  | { readonly kind: "trace"; readonly trace: OutageTrace; readonly permanent: number };

/**
 * One outage of one component, called by its index: of VMs the index over all clusters, of disks (that fail or are slow) that of their host, of
 * uplinks that of their rack.
 */
export interface Outage {
  readonly component: number;
  readonly start: number;
  readonly end: number;
  readonly permanent: boolean;
}

/** Outages observed on `nodes` machines over `span` seconds; `byNode[i]` is sorted by start and does not overlap. */
export interface OutageTrace {
  readonly name: string;
  readonly span: number;
  readonly byNode: readonly (readonly { readonly start: number; readonly end: number }[])[];
}

/** Shocks that take several hosts down at once (Marshall & Olkin, JASA 62, 1967). */
export interface ShockSpec {
  readonly name: string;
  readonly strikes: ShockTimes;
  readonly takes: ShockGroup;
  /** Each host of the group is hit with this probability, independently of the others. */
  readonly probability: number;
  /** Those that are hit fail within so many seconds, each at a time of its own: a burst. */
  readonly within: number;
  /** Law of each victim's own repair. */
  readonly repair: Law;
  readonly permanent: number;
}

export type ShockTimes =
  | { readonly kind: "law"; readonly time: Law; readonly age: Age }
  | { readonly kind: "times"; readonly times: readonly number[] };

/** `rack`: each rack has shocks of its own; `random`: so many hosts, drawn anew each time. */
export type ShockGroup =
  | { readonly kind: "all" }
  | { readonly kind: "rack" }
  | { readonly kind: "hosts"; readonly hosts: readonly number[] }
  | { readonly kind: "random"; readonly count: number };

const none = { kind: "none" } as const;

/** Nothing ever fails. */
export const noFailures: FailureSpec = {
  vm: none,
  host: none,
  disk: none,
  slowDisk: none,
  rack: none,
  uplink: none,
  store: none,
  renewal: "component",
  shocks: [],
  slowDiskRate: 0.1,
  latentErrors: none,
  corruption: none,
};
