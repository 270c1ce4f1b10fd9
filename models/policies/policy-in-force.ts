import type { ClusterScenario } from "../scenario.ts";
import type { ClusterPolicy } from "./cluster-policy.ts";
import { guardedPolicy } from "./guarded-policy.ts";
import { protect } from "./protect.ts";

/**
 * The policy that a scenario asks for: ours, or, under guard, the one that its module exports.
 *
 * @param tell is called with what a reader of the results has to know of it
 */
export const policyInForce = (
  { policy }: ClusterScenario,
  own: ClusterPolicy | undefined,
  tell: (note: string) => void,
): ClusterPolicy => {
  if (policy === "protect") return protect;
  const { name } = policy.program;
  if (own === undefined) throw new RangeError(`the policy ${name} has to be given with its scenario`);
  return guardedPolicy(name, own, (at) => {
    const when = Number(at.toPrecision(6));
    tell(`policy ${name} ended ${when} s after the start: from then on its cluster was unprotected`);
  });
};
