import type { AdmissionPlan } from "../scenario.ts";
import type { Policy } from "../testbed.ts";
import { passing } from "./drive.ts";
import type { SimulatedCluster } from "./simulated-cluster.ts";
import type { SimulatedDomain } from "./simulated-domain.ts";

interface Waiting {
  readonly cluster: SimulatedCluster;
  /** That its restore brings to hosts. */
  readonly bytes: number;
}

/** Lets clusters bring their pages to their hosts, so many at once. */
export class Admission {
  readonly #domain: SimulatedDomain;
  readonly #plan: AdmissionPlan;
  /** In the order in which they came. */
  readonly #queue: Waiting[] = [];
  readonly #admitted = new Set<SimulatedCluster>();

  constructor(domain: SimulatedDomain, plan: AdmissionPlan) {
    this.#domain = domain;
    this.#plan = plan;
  }

  /** Waits for its turn. @param check whenever something changes; throws to give the turn up */
  *enter(cluster: SimulatedCluster, bytes: number, check: () => void): Policy {
    const { ledger, sim } = this.#domain;
    if (this.#plan.kind === "all-at-once") return ledger.observe("admissionWait", 0);
    const { most } = this.#plan;
    const came = sim.now;
    const waiting: Waiting = { cluster, bytes };
    this.#queue.push(waiting);
    try {
      while (this.#admitted.size >= most || this.#next !== waiting) {
        yield* passing(this.#domain.changed);
        check();
      }
      this.#admitted.add(cluster);
    } finally {
      this.#queue.splice(this.#queue.indexOf(waiting), 1);
      if (this.#queue.length > 0) this.#domain.notify();
    }
    ledger.observe("admissionWait", sim.now - came);
  }

  leave(cluster: SimulatedCluster): void {
    this.#admitted.delete(cluster);
    if (this.#queue.length > 0) this.#domain.notify();
  }

  get #next(): Waiting | undefined {
    const { kind } = this.#plan;
    if (kind === "smallest-first") return this.#least(({ bytes }) => bytes);
    if (kind === "priority") return this.#least(({ cluster }) => this.#domain.clusters.indexOf(cluster));
    return this.#queue[0];
  }

  #least(of: (one: Waiting) => number): Waiting | undefined {
    return this.#queue.reduce<Waiting | undefined>(
      (best, one) => (best === undefined || of(one) < of(best) ? one : best),
      undefined,
    );
  }
}
