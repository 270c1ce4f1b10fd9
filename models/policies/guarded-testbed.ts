import type { RollbackPlan, SnapshotPlan, StoragePlan } from "../scenario.ts";
import type { Cluster, Policy, Snapshot, Testbed } from "../testbed.ts";
import type { Plans } from "./cluster-policy.ts";
import { rollbackObjection, snapshotObjection, storageObjection } from "./plan-choices.ts";
import { PolicyGuard } from "./policy-guard.ts";

/**
 * Where a cluster is between a failure and its return, as its policy has been told:
 * up → failed → planned → (transferred → running | running) → up.
 */
type Condition = "up" | "failed" | "planned" | "transferred" | "running";

/** What one cycle, or the policy itself, has done with its snapshots. */
interface Doings {
  readonly cycle: boolean;
  snapshots: number;
  /** Taken, but not handed over for replication. */
  owed: Snapshot | undefined;
}

/**
 * A testbed that holds one policy to the contract of {@link Testbed}: it only waits for what the testbed gave it, rolls a
 * failed cluster back step by step, replicates what it takes, and lets time pass. Whatever breaks the contract is told by
 * name instead of being simulated wrongly or for ever.
 */
export class GuardedTestbed implements Testbed {
  readonly #guard: PolicyGuard<Doings>;
  readonly #bed: Testbed;
  readonly #cluster: Cluster;
  readonly #plans: Plans;
  readonly #replicated = new WeakSet<Snapshot>();
  #condition: Condition = "up";
  #point: Snapshot | undefined;

  constructor(name: string, bed: Testbed, cluster: Cluster, plans: Plans) {
    this.#guard = new PolicyGuard<Doings>(name, bed, { cycle: false, snapshots: 0, owed: undefined }, (doings) => {
      this.#condition = "failed";
      this.#point = undefined;
      doings.owed = undefined;
    });
    this.#bed = bed;
    this.#cluster = cluster;
    this.#plans = plans;
  }

  /**
   * Runs the policy on the waits of this testbed.
   * @throws PolicyFailed
   */
  run(policy: () => Policy): Policy {
    return this.#guard.run(policy);
  }

  get now(): number {
    this.#guard.ask();
    return this.#bed.now;
  }

  sleep(seconds: number): Policy {
    return this.#guard.verb(() => {
      if (!(seconds >= 0 && seconds < Infinity)) this.#guard.fail(`cannot sleep ${String(seconds)} seconds`);
      return this.#bed.sleep(seconds);
    });
  }

  restorePoint(cluster: Cluster): Snapshot | undefined {
    this.#own(cluster);
    return this.#bed.restorePoint(cluster);
  }

  every(cluster: Cluster, plan: SnapshotPlan | (() => SnapshotPlan), cycle: () => Policy): Policy {
    const doings = this.#guard.scope;
    const asked = (): SnapshotPlan => this.#judged(typeof plan === "function" ? this.#guard.step(plan, doings) : plan);
    return this.#guard.verb(() => {
      this.#own(cluster);
      this.#mustBeUp("snapshots");
      if (doings.cycle) this.#guard.fail("starts cycles within a cycle");
      return this.#bed.every(cluster, typeof plan === "function" ? asked : asked(), () => this.#cycle(cycle));
    });
  }

  *snapshot(cluster: Cluster, plan: SnapshotPlan): Policy<Snapshot> {
    const doings = this.#guard.scope;
    doings.owed = yield* this.#guard.verb(() => {
      this.#own(cluster);
      this.#mustBeUp("snapshots");
      if (doings.owed !== undefined) this.#failForOwing(doings.owed, "takes the next one");
      if (doings.cycle && doings.snapshots > 0) this.#guard.fail("takes two snapshots in one cycle");
      doings.snapshots += 1;
      return this.#bed.snapshot(cluster, this.#judged(plan));
    });
    return doings.owed;
  }

  replicate(snapshot: Snapshot, storage: StoragePlan): Policy {
    const doings = this.#guard.scope;
    return this.#guard.verb(() => {
      this.#judge(storageObjection(storage, this.#plans.storage));
      const name = `snapshot ${snapshot.number}`;
      if (this.#replicated.has(snapshot)) this.#guard.fail(`replicates ${name} again`);
      if (snapshot.state !== "captured")
        this.#guard.fail(`replicates ${name}, which is ${snapshot.state}, not captured`);
      this.#replicated.add(snapshot);
      if (doings.owed === snapshot) doings.owed = undefined;
      return this.#bed.replicate(snapshot, storage);
    });
  }

  *plan(cluster: Cluster, rollback: RollbackPlan): Policy<Snapshot | undefined> {
    this.#point = yield* this.#guard.verb(() => {
      this.#mustBe(cluster, "failed", "plans a rollback", rollback);
      return this.#bed.plan(cluster, rollback);
    });
    this.#condition = "planned";
    return this.#point;
  }

  *transfer(cluster: Cluster, point: Snapshot, rollback: RollbackPlan): Policy {
    yield* this.#guard.verb(() => {
      this.#mustBe(cluster, "planned", "transfers a restore point", rollback);
      if (point === undefined || point !== this.#point) this.#guard.fail("transfers another snapshot than was planned");
      return this.#bed.transfer(cluster, point, rollback);
    });
    this.#condition = "transferred";
  }

  *resume(cluster: Cluster, rollback: RollbackPlan): Policy {
    yield* this.#guard.verb(() => {
      this.#mustBe(cluster, "transferred", "resumes the VMs", rollback);
      return this.#bed.resume(cluster, rollback);
    });
    this.#condition = "running";
  }

  *coldStart(cluster: Cluster, rollback: RollbackPlan): Policy {
    yield* this.#guard.verb(() => {
      this.#mustBe(cluster, "planned", "starts cold", rollback);
      if (this.#point !== undefined) this.#guard.fail("starts cold, although its plan found a restore point");
      return this.#bed.coldStart(cluster, rollback);
    });
    this.#condition = "running";
  }

  *announce(cluster: Cluster, rollback: RollbackPlan): Policy {
    yield* this.#guard.verb(() => {
      this.#mustBe(cluster, "running", "announces the VMs", rollback);
      return this.#bed.announce(cluster, rollback);
    });
    this.#condition = "up";
  }

  *#cycle(cycle: () => Policy): Policy {
    const doings: Doings = { cycle: true, snapshots: 0, owed: undefined };
    yield* this.#guard.run(cycle, doings);
    if (doings.snapshots === 0) this.#guard.fail("ends a cycle without a snapshot");
    if (doings.owed !== undefined) this.#failForOwing(doings.owed, "ends its cycle");
  }

  #own(cluster: Cluster): void {
    this.#guard.ask();
    if (cluster !== this.#cluster) this.#guard.fail("asks for another cluster than its own");
  }

  #mustBeUp(what: string): void {
    if (this.#condition !== "up") {
      this.#guard.fail(
        `goes on with ${what} of a cluster that is ${this.#condition}: catch Interrupted and roll it back first`,
      );
    }
  }

  #mustBe(cluster: Cluster, condition: Condition, what: string, rollback: RollbackPlan): void {
    this.#own(cluster);
    if (this.#condition !== condition)
      this.#guard.fail(`${what} of a cluster that is ${this.#condition}, not ${condition}`);
    this.#judge(rollbackObjection(rollback, this.#plans.rollback));
  }

  #judged(plan: SnapshotPlan): SnapshotPlan {
    this.#judge(snapshotObjection(plan, this.#plans.snapshot));
    return plan;
  }

  #judge(objection: string | undefined): void {
    if (objection !== undefined) this.#guard.fail(objection);
  }

  #failForOwing(snapshot: Snapshot, what: string): never {
    return this.#guard.fail(
      `${what} without replicating snapshot ${snapshot.number}, which could never become a restore point`,
    );
  }
}
