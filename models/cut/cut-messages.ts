import type { SimulatedCluster } from "../simulation/simulated-cluster.ts";
import type { SimulatedDomain } from "../simulation/simulated-domain.ts";
import { Crossings } from "./crossings.ts";
import { anyTraffic } from "./traffic.ts";

/** What the VMs of one cluster send each other while some of them have been cut and others have not. */
export class CutMessages {
  readonly #domain: SimulatedDomain;
  readonly #cluster: SimulatedCluster;
  /** VMs that run and have not been cut. */
  readonly #waiting: () => readonly number[];
  /** Undefined before the first VM runs on: until then nothing can cross. */
  #crossings: Crossings | undefined;
  #crossed = 0;
  #forced = 0;

  constructor(domain: SimulatedDomain, cluster: SimulatedCluster, waiting: () => readonly number[]) {
    this.#domain = domain;
    this.#cluster = cluster;
    this.#waiting = waiting;
  }

  /** Seconds until a message may reach a VM before its cut, from one that has been cut. */
  get next(): number {
    // What is due at this very instant may lie before it by a rounding.
    return this.#crossings === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, this.#crossings.next - this.#domain.sim.now);
  }

  /** A VM that such a message reaches now, and whose cut it forces. */
  reached(): number | undefined {
    const forced = this.#crossings?.reached(this.#domain.sim.now);
    if (forced !== undefined) this.#forced += 1;
    return forced;
  }

  /** A VM is cut: what has reached it before, from beyond the cut, has crossed. */
  cut(i: number): void {
    this.#crossed += this.#crossings?.cut(i, this.#domain.sim.now) ?? 0;
  }

  /** A VM that has been cut runs on while others are still before their cuts: what it sends may cross. */
  runsOn(i: number): void {
    const { scenario, sim } = this.#domain;
    const { traffic } = scenario.cluster;
    if (this.#crossings === undefined) {
      if (!anyTraffic(traffic)) return;
      const { vms, chance } = this.#cluster;
      const near = (from: number, to: number): boolean => vms[from]!.host === vms[to]!.host;
      const messages = { vms: vms.length, traffic, near, delay: scenario.dataCentre.latency };
      this.#crossings = new Crossings(messages, this.#waiting(), chance);
    }
    this.#crossings.runsOn(i, sim.now);
  }

  /** Nothing reaches a VM any more. */
  lose(i: number): void {
    this.#crossings?.lose(i);
  }

  /** The last VM has been cut: counts what has crossed, which the protocol has delivered or dropped. */
  count(snapshot: number, drops: boolean): void {
    const [dropped, orphans] = drops ? [this.#crossed, 0] : [0, this.#crossed];
    const { ledger } = this.#domain;
    ledger.add("messagesDropped", dropped);
    ledger.add("orphans", orphans);
    ledger.add("cutsForced", this.#forced);
    if (this.#crossed + this.#forced === 0) return;
    const { name, tell } = this.#cluster;
    tell?.({ kind: "crossing", cluster: name, snapshot, orphans, dropped, forced: this.#forced });
  }
}
