import type { Snapshot, SnapshotState } from "../../models/testbed.ts";
import type { Harm } from "./copy-groups.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";

/** Contents of pages that are stored alike. */
export interface RealPack {
  readonly name: string;
  /** Index of the `CopyGroup` that its pages are of. */
  readonly group: number;
  /** What a restore suffers when all copies of it are lost; fatal: it must not be lost. */
  readonly harm: Harm;
  /** The record that it was written for. */
  readonly record: string;
  /** Of a pack that several VMs refer to: the host that wrote it; undefined: it is the part's own. */
  readonly from: RealHost | undefined;
}

/** What a snapshot holds of one VM. */
export interface RealPart {
  readonly vm: RealVm;
  /** Where it was captured. */
  readonly source: RealHost;
  /** Records of its memory, from a full one on; the last is this version's. */
  readonly records: readonly string[];
  /** Of all those records. */
  readonly packs: readonly RealPack[];
  /** Layers of its disk; the last is frozen at the cut. */
  readonly disks: readonly string[];
  /** Bytes of pages that this version adds. */
  readonly bytes: number;
}

/** All that its memory is made again of. */
export const memoryFilesOf = ({ records, packs }: Pick<RealPart, "records" | "packs">): readonly string[] => [
  ...records,
  ...packs.map(({ name }) => name),
];

/** All that a restore of it reads. */
export const filesOf = (part: RealPart): readonly string[] => [...memoryFilesOf(part), ...part.disks];

export class RealSnapshot implements Snapshot {
  readonly cluster: RealCluster;
  readonly number: number;
  state: SnapshotState = "captured";
  readonly cutAt: number;
  readonly pause: number;
  readonly captureDuration: number;
  durabilityLatency: number | undefined;
  readonly parts: readonly RealPart[];
  /** Holds all pages of its cut. */
  readonly whole: boolean;

  constructor(
    cluster: RealCluster,
    number: number,
    taken: Pick<RealSnapshot, "cutAt" | "pause" | "captureDuration" | "parts" | "whole">,
  ) {
    this.cluster = cluster;
    this.number = number;
    this.cutAt = taken.cutAt;
    this.pause = taken.pause;
    this.captureDuration = taken.captureDuration;
    this.parts = taken.parts;
    this.whole = taken.whole;
  }

  get bytes(): number {
    return this.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}
