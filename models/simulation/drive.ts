import { Interrupt, type Process, type Waitable } from "../../sim/index.ts";
import { type FailureReport, Interrupted, type Policy, type Wait } from "../testbed.ts";

/** Waits for an event of the core. */
export function* passing(event: Waitable): Policy {
  yield event as unknown as Wait;
}

/** Waits for time to pass. */
export function* pass(seconds: number): Policy {
  yield seconds as unknown as Wait;
}

/** Runs a policy as a process of the core; an interrupt by the core is thrown into it as {@link Interrupted}. */
export function* drive(policy: Policy): Process {
  try {
    let step = policy.next();
    while (!step.done) {
      let outcome: unknown;
      try {
        outcome = yield step.value as unknown as Waitable;
      } catch (thrown) {
        step = policy.throw(thrown instanceof Interrupt ? new Interrupted(thrown.cause as FailureReport) : thrown);
        continue;
      }
      step = policy.next(outcome);
    }
  } finally {
    policy.return();
  }
}
