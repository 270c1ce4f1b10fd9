import { type PageType, pageTypes } from "../../models/scenario.ts";
import { frameBytes } from "./page-record.ts";
import type { StreamPages } from "./stream-pages.ts";

/**
 * What a restore has instead of the content of a frame of which every copy is lost: the number of the block of the guest's disk
 * of the same cut that has the same content, or one of these.
 */
export type StandIn = number;
/** Zeros in a frame that its kernel did not use: nobody misses what was there. */
export const unused: StandIn = 2 ** 32 - 1;
/** Zeros in a frame that had something else, which the guest may miss. */
export const zeroed: StandIn = 2 ** 32 - 2;

/** Nothing: whoever touches the frame is killed. */
export const killing: StandIn = 2 ** 32 - 3;

/** Page types whose contents may be lost, and where to look for those that are to be read again, or killed for. */
export interface LosableTypes {
  readonly zeroFilled: readonly PageType[];
  readonly reRead: readonly PageType[];
  readonly killing: readonly PageType[];
  /** Of contents, by the 16 bytes of their hashes, those that are on the guest's disk: the bytes at which they begin. */
  readonly findOnDisk: (hashes: ReadonlySet<string>) => Promise<ReadonlyMap<string, number>>;
  /** Of frames, those of which it is sure that whoever touches them is killed; and in words why not of the others. */
  readonly findKilling: (frames: readonly number[]) => {
    readonly killing: ReadonlySet<number>;
    readonly spared: string;
  };
}

export interface StandIns {
  /** By frame. A frame of these types that is not in it is not to be lost. */
  readonly standIns: ReadonlyMap<number, StandIn>;
  /** Pages that were to be read again, and are not on the disk. */
  readonly kept: number;
  /** Pages that were to be lost with their processes and cannot be, and why; empty if there are none. */
  readonly spared: string;
}

export const noStandIns: StandIns = { standIns: new Map(), kept: 0, spared: "" };

/**
 * Finds out what can stand in for pages of a captured stream.
 *
 * @param types of frames, as indices into `pageTypes`
 * @param hashOf a frame's, as a key
 */
export const standInsOf = async (
  { pages }: Pick<StreamPages, "pages">,
  types: Uint8Array,
  hashOf: (frame: number) => string,
  losable: LosableTypes,
): Promise<StandIns> => {
  const standIns = new Map<number, StandIn>();
  const cached: { readonly frame: number; readonly hash: string }[] = [];
  const processes: number[] = [];
  for (const { frame } of pages) {
    const type = pageTypes[types[frame]!]!;
    if (losable.reRead.includes(type)) cached.push({ frame, hash: hashOf(frame) });
    else if (losable.killing.includes(type)) processes.push(frame);
    else if (losable.zeroFilled.includes(type)) standIns.set(frame, type === "free" ? unused : zeroed);
  }
  const places = cached.length === 0 ? noPlaces : await losable.findOnDisk(new Set(cached.map(({ hash }) => hash)));
  let kept = 0;
  for (const { frame, hash } of cached) {
    const start = places.get(hash);
    if (start === undefined) kept += 1;
    else standIns.set(frame, start / frameBytes);
  }
  const killed = processes.length === 0 ? nobody : losable.findKilling(processes);
  for (const frame of killed.killing) standIns.set(frame, killing);
  return { standIns, kept, spared: killed.spared };
};

const noPlaces: ReadonlyMap<string, number> = new Map();
const nobody = { killing: new Set<number>(), spared: "" };
