import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { Interrupted, type Policy, type Snapshot } from "../../models/testbed.ts";

/** What a policy saw of its testbed. */
export interface Probe {
  readonly broken: string[];
  snapshots: number;
  interrupts: number;
  rollbacks: number;
}

export const newProbe = (): Probe => ({ broken: [], snapshots: 0, interrupts: 0, rollbacks: 0 });

/**
 * A policy that protects its cluster step by step without the help of `every`, and looks after each step whether the testbed
 * has kept its word.
 */
export const probing =
  (probe: Probe): ClusterPolicy =>
  (bed, cluster, { snapshot: plan, storage, rollback }) => {
    const law = (holds: boolean, what: string): void => void (holds || probe.broken.push(`${what}, at ${bed.now} s`));
    let mostRecent: Snapshot | undefined;

    function* once(): Policy {
      const begun = bed.now;
      yield* bed.sleep(plan.interval);
      const slept = bed.now - begun;
      law(slept >= plan.interval - 0.01 && slept <= plan.interval + 1, `slept ${slept} s instead of ${plan.interval}`);
      const taken = yield* bed.snapshot(cluster, plan);
      probe.snapshots += 1;
      law(taken.cluster === cluster && taken.state === "captured", `its snapshot is ${taken.state}`);
      law(taken.number > (mostRecent?.number ?? 0), `snapshot ${taken.number} after ${mostRecent?.number}`);
      law(taken.cutAt > begun && taken.cutAt <= bed.now, `a cut at ${taken.cutAt}`);
      law(taken.pause! > 0 && taken.captureDuration! > 0 && taken.bytes > 0, "a capture costs something");
      law(taken.durabilityLatency === undefined, "it is not durable yet");
      law(bed.restorePoint(cluster) !== taken, "what is not durable is no restore point");
      mostRecent = taken;
      yield* bed.replicate(taken, storage);
      law((taken.state as string) === "durable", `a replicated snapshot is ${taken.state}`);
      law(taken.durabilityLatency! >= 0 && taken.durabilityLatency! <= bed.now - taken.cutAt + 1e-6, "its latency");
      law(bed.restorePoint(cluster) === taken, "what has become durable is the restore point");
    }

    function* back(): Policy {
      const point = yield* bed.plan(cluster, rollback);
      law(point === bed.restorePoint(cluster) || point === undefined, "another point is planned than the newest");
      if (point === undefined) yield* bed.coldStart(cluster, rollback);
      else {
        law(point.state === "durable", `a ${point.state} snapshot is planned`);
        yield* bed.transfer(cluster, point, rollback);
        yield* bed.resume(cluster, rollback);
      }
      yield* bed.announce(cluster, rollback);
      probe.rollbacks += 1;
    }

    return (function* () {
      for (;;)
        try {
          for (;;) yield* once();
        } catch (error) {
          let thrown = error;
          for (;;) {
            if (!(thrown instanceof Interrupted)) throw thrown;
            probe.interrupts += 1;
            law(thrown.report.cluster === cluster, "an interrupt for another cluster");
            law(
              thrown.report.vms.every((vm) => cluster.vms.includes(vm)),
              "an interrupt for VMs of another cluster",
            );
            try {
              yield* back();
              break;
            } catch (again) {
              thrown = again;
            }
          }
        }
    })();
  };
