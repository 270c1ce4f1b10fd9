import type { Stream } from "../../sim/index.ts";
import { stages } from "../books/stage-use.ts";
import { cutsByChance } from "../cut/desynchrony.ts";
import type { Transfer } from "../data-centre/transfer.ts";
import { type CycleState, CycleStates, clockGrain } from "./cycle-state.ts";
import { hypercycleOf } from "./hypercycle.ts";
import { allNewer, restorePoints, SampledCycles } from "./sampled-cycles.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";

/** A boundary between two snapshot cycles. */
interface Boundary {
  readonly at: number;
  readonly state: CycleState;
}

interface Watched extends Boundary {
  readonly cycles: number;
  /** The state has not recurred: the cycles are repeated as a sample of what comes. */
  readonly sampled: boolean;
  readonly progress: readonly number[];
  /** The restore point of each cluster. */
  readonly points: readonly number[];
  /** Long transfers that shrink evenly while the cycles repeat. */
  readonly draining: ReadonlyMap<Transfer, number>;
}

/** Hypercycles up to so many cycles are found, whatever the plans say. */
const usualHypercycle = 32;

/** Cycles without recurrence after which as many more are taken as a sample, if the plans do not tell of longer ones. */
const usualPatience = 64;

/**
 * Jumps over snapshot cycles that repeat (model.md, section 11). The state at the cut of the first cluster is compared
 * with that at earlier cuts; when it recurs, one hypercycle is simulated once more with its effects recorded, and when it
 * has recurred again, as many as fit before the next disturbance are added without being simulated. Every effect of a
 * cycle is deterministic here (faults are expectations), so the jump is exact up to rounding.
 *
 * Cycles with chance in them are sampled one by one, see {@link SampledCycles}. Overrun cycles may never repeat, because
 * copies still under way shift from one to the next. Then a stretch of cycles is recorded and repeated as a sample, and the
 * result is approximate and says so.
 */
export class FastForward {
  readonly #domain: SimulatedDomain;
  readonly #states: CycleStates;
  #boundaries: Boundary[] = [];
  #watched: Watched | undefined;
  #counted = 0;
  /** Where chance decides when VMs are cut: then no state is known to recur. */
  readonly #chance: SampledCycles | undefined;
  readonly #longest: number;
  readonly #patience: number;
  jumps = 0;
  cyclesSkipped = 0;
  /** Some jump repeated a sample of cycles, not the cycle itself. */
  approximate = false;

  constructor(domain: SimulatedDomain, stream: Stream) {
    this.#domain = domain;
    this.#states = new CycleStates(domain);
    const { cycles, fill } = hypercycleOf(domain.scenario.snapshot, domain.scenario.storage);
    this.#longest = Math.max(usualHypercycle, cycles + 1);
    this.#patience = Math.max(usualPatience, fill + 2 * cycles);
    if (cutsByChance(domain.scenario.snapshot)) this.#chance = new SampledCycles(domain, stream);
  }

  /** Something happens that is not part of the cycle. */
  disturb(): void {
    this.#boundaries = [];
    this.#watched = undefined;
    this.#counted = 0;
    this.#chance?.forget();
    this.#domain.ledger.dropRecording();
  }

  /** A cluster is about to start a cycle. */
  boundary(cluster: SimulatedCluster): void {
    const { clusters, sim } = this.#domain;
    if (cluster !== clusters[0]) return;
    if (!this.#quiet) {
      this.disturb();
      return;
    }
    if (this.#chance !== undefined) {
      this.#settle();
      const leap = this.#chance.boundary(this.#draining);
      if (leap !== undefined) this.#skip(leap.seconds, leap.cycles, true);
      return;
    }
    const here: Boundary = { at: sim.now, state: this.#states.now() };
    const watched = this.#watched;
    if (watched === undefined) {
      const before = this.#boundaries.findLastIndex((one) => this.#states.recurs(one.state, here.state));
      const cycles = this.#boundaries.length - before;
      this.#boundaries.push(here);
      if (this.#boundaries.length > this.#longest) this.#boundaries.shift();
      this.#counted += 1;
      if (before >= 0) this.#watch(here, cycles, false);
      else if (this.#counted >= this.#patience) this.#watch(here, this.#patience, true);
      return;
    }
    this.#counted += 1;
    if (this.#counted < watched.cycles) return;
    const goesOn = watched.sampled
      ? allNewer(restorePoints(this.#domain), watched.points)
      : this.#states.recurs(watched.state, here.state);
    if (goesOn) this.#jump(here, watched);
    this.disturb();
  }

  #watch(here: Boundary, cycles: number, sampled: boolean): void {
    const { clusters, ledger } = this.#domain;
    this.#settle();
    ledger.record();
    this.#counted = 0;
    this.#watched = {
      ...here,
      cycles,
      sampled,
      progress: clusters.map((cluster) => cluster.progress),
      points: restorePoints(this.#domain),
      draining: new Map(this.#draining.map((transfer) => [transfer, transfer.remaining])),
    };
  }

  #jump(here: Boundary, watched: Watched): void {
    const { clock, clusters, ledger, transfers } = this.#domain;
    // Rounding of the period would be multiplied by the jump: where the plan tells the period, it is taken from there.
    const planned = watched.cycles * this.#domain.scenario.snapshot.interval;
    const measured = here.at - watched.at;
    const period = Math.abs(measured - planned) <= clockGrain(here.at) ? planned : measured;
    // A whole hypercycle before the disturbance is simulated: all waits that end at its instant begin after this jump,
    // so what happens at one instant keeps its order.
    let times = Math.ceil((clock.next - clock.now) / period - 1e-9) - 2;
    const drained = new Map<Transfer, number>();
    for (const transfer of this.#draining) {
      const before = watched.draining.get(transfer);
      if (before === undefined) return;
      const { remaining } = transfer;
      drained.set(transfer, before - remaining);
      // The last of it is simulated, with what its end sets off.
      if (before > remaining) times = Math.min(times, Math.floor(remaining / (before - remaining)) - 1);
    }
    if (watched.draining.size !== drained.size || !(times >= 1)) return;
    this.#settle();
    ledger.repeat(times);
    for (const [transfer, bytes] of drained) transfers.shorten(transfer, times * bytes);
    for (const [i, cluster] of clusters.entries()) {
      cluster.progressSkipped += times * (cluster.progress - watched.progress[i]!);
    }
    this.#skip(times * period, times * watched.cycles, watched.sampled);
  }

  #skip(seconds: number, cycles: number, approximate: boolean): void {
    const { clock } = this.#domain;
    this.#domain.tell?.({ kind: "jump", to: clock.now + seconds, cycles, approximate });
    clock.skip(seconds);
    this.jumps += 1;
    this.approximate ||= approximate;
    this.cyclesSkipped += cycles;
  }

  /** Closes what is counted over time, so that a recording holds just the time of its cycles. */
  #settle(): void {
    const { clusters, ages, store } = this.#domain;
    for (const { downtime, use } of clusters) {
      downtime.settle();
      for (const stage of stages) use[stage].settle();
    }
    for (const age of ages) age.settle();
    store.settle();
  }

  /**
   * Nothing but the cycle is going on: no failure that is not over, no rollback. What a cluster without a restore point
   * would go back to grows older all the while.
   */
  get #quiet(): boolean {
    const { clusters, store } = this.#domain;
    return (
      store.quiet &&
      clusters.every(
        (cluster) =>
          cluster.restore === undefined &&
          store.chain(cluster).newest !== undefined &&
          isOfOnePiece(cluster, store.chain(cluster).versions) &&
          cluster.vms.every(({ state, cutOff }) => !cutOff && (state === "up" || state === "pause")),
      )
    );
  }

  get #draining(): Transfer[] {
    return [...this.#domain.transfers.active].filter(({ options }) => options.errand === "repair");
  }
}

/** A jump moves all versions on: none may be from before a corruption that others are from after. */
const isOfOnePiece = ({ corruption }: SimulatedCluster, versions: readonly { readonly cutAt: number }[]): boolean =>
  corruption === undefined || versions.every(({ cutAt }) => cutAt >= corruption.since);
