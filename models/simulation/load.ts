import type { Host } from "../data-centre/data-centre.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { Wanted } from "../store/restore-contents.ts";
import type { Restore } from "../store/restore-route.ts";
import type { VmOutcome } from "../store/vm-outcome.ts";
import type { Snapshot } from "../testbed.ts";

/** What of a restore point one VM has got on its host. */
export class Load {
  readonly point: Snapshot;
  readonly host: Host;
  /** What it wants alone and with others; undefined when all comes to it alone. */
  wanted: Wanted | undefined;
  /** Of what comes to it alone. */
  transfer: Transfer | undefined;
  /** Bytes of it that have not arrived, when it was broken off. */
  remaining: number | undefined;
  isAloneDone = false;
  /** A source of it, or a host that passed it on, when that has failed: nothing comes until that is known. */
  lostSource: Host | undefined;
  /** Part of all its pages that has to come after those that came before its guest starts. */
  share = 1;
  isPrefetched = false;
  /** Bytes of all that comes to it alone after the first pages, and of what comes behind its guest, once they are known. */
  alone = 0;
  behind: number | undefined;
  /** Contents that are on their way. */
  readonly coming = new Map<string, Transfer>();
  /** Parts of contents that it wants with others and that have not arrived. */
  readonly left: Map<string, number>;
  /** What the VM comes to by what was found. */
  outcome: VmOutcome | undefined;
  /** Probability that something wrong was read for right. */
  wrong = 0;
  /** All its pages lie on the disk of its host, and are read from there. */
  inPlace: boolean;
  /** What has arrived lies on the disk of the host too. */
  kept = true;

  constructor(point: Snapshot, host: Host, wanted: Wanted | undefined, inPlace: boolean) {
    this.point = point;
    this.host = host;
    this.wanted = wanted;
    this.inPlace = inPlace;
    this.left = new Map([...(wanted?.shared.keys() ?? [])].map((content) => [content, 1]));
  }

  /** Waits for pages of a source that is dead, for nobody knows that yet. */
  get isStalled(): boolean {
    return this.lostSource?.silent === true && !this.isDone;
  }

  get isDone(): boolean {
    return this.isAloneDone && this.left.size === 0;
  }

  /** Counts on pages that another VM has left on its host. */
  get countsOnNeighbour(): boolean {
    return this.wanted !== undefined && (this.wanted.commonHeld || this.wanted.held.some((part) => part > 0));
  }

  isFor(point: Snapshot, host: Host | undefined): boolean {
    return this.point === point && this.host === host;
  }

  /** Of what it lacked of a content, this part is still to come. */
  arrived(content: string, remaining: number): void {
    const left = this.left.get(content);
    if (left === undefined) return;
    if (remaining === 0) this.left.delete(content);
    else this.left.set(content, left * remaining);
  }

  /** Bytes of a content that it lacks. */
  bytesLeft(content: string): number {
    return (this.left.get(content) ?? 0) * total(this.wanted?.shared.get(content)?.bytes);
  }

  /** This part of all its pages has come, of whatever content. */
  prefetched(part: number): void {
    this.isPrefetched = true;
    this.remaining = undefined;
    this.share = 1 - part;
    for (const content of this.left.keys()) this.arrived(content, this.share);
  }

  /** Of what comes behind its guest: the part that is there, and how much of it comes every second, if any can. */
  behindGuest(): { readonly there: number; readonly pace: number | "none" } {
    const { bytes, rate } = this.#missing();
    this.behind ??= bytes;
    if (this.behind === 0) return { there: 1, pace: 0 };
    return { there: 1 - bytes / this.behind, pace: this.isStalled ? "none" : rate / this.behind };
  }

  /** Bytes that have not arrived, and how many of them do every second. */
  #missing(): { readonly bytes: number; readonly rate: number } {
    let bytes = this.isAloneDone ? 0 : (this.transfer?.remaining ?? this.remaining ?? this.alone);
    let rate = this.transfer?.rate ?? 0;
    for (const content of this.left.keys()) {
      const transfer = this.coming.get(content);
      const left = this.bytesLeft(content);
      if (transfer === undefined || transfer.bytes === 0) bytes += left;
      else {
        bytes += (left * transfer.remaining) / transfer.bytes;
        rate += (left * transfer.rate) / transfer.bytes;
      }
    }
    return { bytes, rate };
  }

  /** Bytes of all that comes to it, alone and with others. */
  bytesWith(alone: Restore): number {
    return [...(this.wanted?.shared.values() ?? [])].reduce((sum, { bytes }) => sum + total(bytes), alone.whole);
  }
}

const total = (bytes: Float64Array | undefined): number => bytes?.reduce((sum, one) => sum + one, 0) ?? 0;
