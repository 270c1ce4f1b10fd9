import { stages } from "../books/stage-use.ts";
import type { Copies } from "../store/copies.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";

/** All that decides what happens after a boundary between two snapshot cycles, relative to its own time. */
export interface CycleState {
  /** Times, and whatever else has to be the same. */
  readonly seconds: readonly number[];
  readonly bytes: readonly number[];
}

/** Takes the states of a domain between its snapshot cycles, and tells whether one recurs. */
export class CycleStates {
  readonly #domain: SimulatedDomain;
  readonly #identities = new WeakMap<Copies, number>();
  #copies = 0;

  constructor(domain: SimulatedDomain) {
    this.#domain = domain;
  }

  /** The state at this instant. */
  now(): CycleState {
    const { clusters, memory, store, sim, transfers } = this.#domain;
    const seconds: number[] = [];
    const bytes: number[] = [];
    const { retention } = this.#domain.scenario.storage;
    const isRecorded = Number.isFinite(this.#domain.scenario.snapshot.costs.recordRate);
    // Where in each bucket of retention this instant is, on a circle: both ends of a bucket are one and the same.
    for (const { every } of retention === "none" ? [] : retention.older) {
      const angle = (2 * Math.PI * sim.now) / every;
      seconds.push(every * Math.cos(angle), every * Math.sin(angle));
    }
    for (const cluster of clusters) {
      const { versions, inFlight, merging } = store.chain(cluster);
      seconds.push(
        sim.now - cluster.cutAt,
        cluster.countedCut === undefined ? -1 : sim.now - cluster.countedCut,
        versions.length,
        inFlight.length,
        merging ? 1 : 0,
        cluster.tracking ? 1 : 0,
        cluster.sinceWhole,
        cluster.speed,
        cluster.pauseLength,
        cluster.rounds === undefined ? 0 : memory.bytes / cluster.rounds.rate + cluster.rounds.overhead,
        ...stages.map((stage) => cluster.use[stage].secondsPerByte * memory.bytes),
      );
      for (const one of [...versions, ...inFlight]) {
        seconds.push(sim.now - one.cutAt, cluster.progress - one.progress, one.whole ? 1 : 0);
        // When its record is made tells when its copies begin.
        if (isRecorded && one.captureDuration !== undefined) seconds.push(one.captureDuration);
        for (const { replicated, copies } of new Set(one.shared))
          seconds.push(replicated ? 1 : 0, this.#identity(copies), copies.revision);
        for (const part of one.parts) {
          seconds.push(part.replicated ? 1 : 0, this.#identity(part.copies), part.copies.revision);
          bytes.push(...part.bytes);
          const { layer } = part;
          if (layer === undefined) continue;
          bytes.push(layer.bytes);
          if (layer.stored === undefined) continue;
          const { replicated, copies } = layer.stored;
          seconds.push(replicated ? 1 : 0, this.#identity(copies), copies.revision);
        }
      }
      for (const vm of cluster.vms) {
        seconds.push(vm.work(sim.now), vm.workInRound(sim.now), vm.rounds, vm.stagedOn === undefined ? 0 : 1);
        seconds.push(...vm.inSet);
      }
    }
    for (const transfer of transfers.active) {
      if (transfer.options.errand === "repair") bytes.push(-1);
      else bytes.push(transfer.bytes, transfer.remaining);
    }
    return { seconds, bytes };
  }

  /** Equal up to the rounding of times on the clock as it is now, and of bytes that pass in such times. */
  recurs(one: CycleState, other: CycleState): boolean {
    const { host, store } = this.#domain.scenario.dataCentre;
    const fastest = Math.max(host.disk.read, host.disk.write, host.nic, store.bandwidth);
    const grain = clockGrain(this.#domain.sim.now);
    return alike(one.seconds, other.seconds, grain) && alike(one.bytes, other.bytes, grain * fastest);
  }

  #identity(copies: Copies): number {
    let identity = this.#identities.get(copies);
    if (identity === undefined) {
      identity = this.#copies++;
      this.#identities.set(copies, identity);
    }
    return identity;
  }
}

/** Rounding of times on a clock that shows `now`, seconds. */
export const clockGrain = (now: number): number => 64 * Number.EPSILON * Math.max(1, now);

const alike = (one: readonly number[], other: readonly number[], grain: number): boolean =>
  one.length === other.length && one.every((a, i) => Math.abs(a - other[i]!) <= grain + 1e-12 * Math.abs(a));
