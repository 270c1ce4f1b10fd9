import type { Stream } from "../../sim/index.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";

/** Cycles after a disturbance that are not taken into the sample: they still feel it. */
const settling = 32;
/** Cycles of a sample; model.md asks for 30 at least. */
const sampled = 64;

interface Cycle {
  readonly seconds: number;
  /** Of each cluster. */
  readonly progress: readonly number[];
}

/** How far to jump, and over how many cycles. */
export interface Leap {
  readonly seconds: number;
  readonly cycles: number;
}

/**
 * Snapshot cycles that differ by chance and so never repeat. Some are simulated and recorded one by one; those that are
 * jumped over are drawn from them with replacement, so n of them add n times the mean of the sample with n times its
 * variance (model.md, section 11). How wrong the mean of the sample may be shows between replications.
 */
export class SampledCycles {
  readonly #domain: SimulatedDomain;
  readonly #stream: Stream;
  #seen = 0;
  #cycles: Cycle[] = [];
  #from: { readonly at: number; readonly progress: readonly number[] } | undefined;
  #draining: ReadonlyMap<Transfer, number> = new Map();
  #points: readonly number[] = [];

  constructor(domain: SimulatedDomain, stream: Stream) {
    this.#domain = domain;
    this.#stream = stream;
  }

  /** Something has happened that is not part of the cycle. */
  forget(): void {
    this.#seen = 0;
    this.#cycles = [];
    this.#from = undefined;
  }

  /** A cycle is about to begin, and what is counted over time has been settled. Jumps once the sample is complete. */
  boundary(draining: readonly Transfer[]): Leap | undefined {
    const { clusters, ledger, sim } = this.#domain;
    this.#seen += 1;
    if (this.#seen <= settling) return undefined;
    const here = { at: sim.now, progress: clusters.map(({ progress }) => progress) };
    const from = this.#from;
    this.#from = here;
    if (from === undefined) {
      ledger.record();
      this.#draining = new Map(draining.map((transfer) => [transfer, transfer.remaining]));
      this.#points = restorePoints(this.#domain);
      return undefined;
    }
    ledger.endCycle();
    const seconds = here.at - from.at;
    this.#cycles.push({ seconds, progress: here.progress.map((reached, i) => reached - from.progress[i]!) });
    if (this.#cycles.length < sampled) return undefined;
    const goesOn = allNewer(restorePoints(this.#domain), this.#points);
    const leap = goesOn ? this.#leap(draining) : undefined;
    ledger.dropRecording();
    this.#cycles = [];
    this.#from = undefined;
    return leap;
  }

  #leap(draining: readonly Transfer[]): Leap | undefined {
    const { clock, clusters, ledger, transfers } = this.#domain;
    const longest = Math.max(...this.#cycles.map(({ seconds }) => seconds));
    // As in a jump over cycles that repeat, the last one before a disturbance is simulated.
    let cycles = Math.ceil((clock.next - clock.now) / longest - 1e-9) - 2;
    const shorter = new Map<Transfer, number>();
    for (const transfer of draining) {
      const before = this.#draining.get(transfer);
      if (before === undefined) return undefined;
      const each = (before - transfer.remaining) / sampled;
      shorter.set(transfer, each);
      if (each > 0) cycles = Math.min(cycles, Math.floor(transfer.remaining / each) - sampled);
    }
    if (this.#draining.size !== shorter.size || !(cycles >= 1)) return undefined;
    const counts = drawCycles(cycles, sampled, this.#stream);
    ledger.repeatCycles(counts);
    for (const [transfer, bytes] of shorter) transfers.shorten(transfer, cycles * bytes);
    const total = (of: (cycle: Cycle) => number): number =>
      this.#cycles.reduce((sum, cycle, i) => sum + counts[i]! * of(cycle), 0);
    for (const [i, cluster] of clusters.entries()) cluster.progressSkipped += total(({ progress }) => progress[i]!);
    return { seconds: total(({ seconds }) => seconds), cycles };
  }
}

/** Number of the restore point of each cluster; 0 without one. */
export const restorePoints = ({ clusters, store }: Pick<SimulatedDomain, "clusters" | "store">): number[] =>
  clusters.map((cluster) => store.chain(cluster).newest?.number ?? 0);

/** No cluster is left with the restore point it had: if that only grows older, cycles are no sample of later ones. */
export const allNewer = (points: readonly number[], than: readonly number[]): boolean =>
  points.every((number, i) => number > than[i]!);

/** How often each of `size` cycles comes in `draws` draws with replacement: a multinomial law with equal chances. */
export const drawCycles = (draws: number, size: number, stream: Pick<Stream, "binomial">): number[] => {
  let left = draws;
  return Array.from({ length: size }, (_, i) => {
    const drawn = stream.binomial(left, 1 / (size - i));
    left -= drawn;
    return drawn;
  });
};
