import type { PlacementWeights } from "../placement/joint-cost.ts";

export const rollbackPlacements = [
  "first-fit",
  "random",
  "spread",
  "pack",
  "traffic-aware",
  "similarity-aware",
  "joint",
] as const;
export type RollbackPlacement = (typeof rollbackPlacements)[number];

export const transferWays = ["unicast", "multicast", "chain", "tree", "swarm"] as const;
/** How pages that several hosts want come to them. */
export type TransferWay = (typeof transferWays)[number];

export const resumes = ["eager", "on-demand", "working-set"] as const;
/** A guest starts when all its pages are there, when none is, or when those are that it is expected to touch first. */
export type Resume = (typeof resumes)[number];

/** How clusters are rolled back (model.md, section 8). */
export interface RollbackPlan {
  readonly placement: RollbackPlacement;
  /** Of a joint placement. */
  readonly placementWeights: PlacementWeights;
  /** VMs of the cluster for which a placement leaves room. */
  readonly spares: number;
  readonly transfer: TransferWay;
  readonly multicast: MulticastPlan;
  /** Probability that a packet is lost on its way to a host. */
  readonly packetLoss: number;
  /** What a host of a chain, a tree or a swarm has received before it sends it on (bytes). */
  readonly piece: number;
  /** What arrives is written to the disk of its host, too, for the next rollback in place. */
  readonly stage: boolean;
  readonly resume: Resume;
  /** Part of the recorded working set that is there before a guest starts by its working set. */
  readonly window: number;
  /** Bytes per second at which the rest comes behind each VM that has started, at most. */
  readonly background: number;
  readonly admission: AdmissionPlan;
  /** Time to choose the restore point and place the VMs. */
  readonly planTime: number;
  /**
   * Rate at which a host makes memories again of what has come, before guests start that have all of it (bytes per second);
   * Infinity: at once.
   */
  readonly rebuildRate: number;
  /** Time to load device state and start, after the pages are there. */
  readonly resumeTime: number;
  /** By VM, those that have started before it; empty when all start together. */
  readonly startAfter: readonly (readonly number[])[];
  readonly announceTime: number;
  /** `t_cold`: start from the image, with progress 0. */
  readonly coldStart: number;
  /** When a durable restore point exists, but not one is reachable now: wait for its hosts, or start cold. */
  readonly unreachable: "wait" | "cold";
}

/**
 * How many clusters bring their pages to their hosts at once: all, or `most`, of which those go first that came first, that
 * have fewest bytes to move, or that are named first.
 */
export type AdmissionPlan =
  | { readonly kind: "all-at-once" }
  | { readonly kind: "bounded" | "smallest-first" | "priority"; readonly most: number };

export interface MulticastPlan {
  /** Groups of two hosts or more, at most. */
  readonly groups: number;
  /** Time that a host takes to join a group (seconds); it joins one after the other. */
  readonly join: number;
}
