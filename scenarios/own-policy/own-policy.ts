import type { ClusterPolicy } from "../../models/policies/cluster-policy.ts";
import { PolicyFailed } from "../../models/policies/policy-failed.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { evaluatePolicy, sourceStack } from "./evaluate-policy.ts";

/** The policy that the module of a scenario exports, fresh for one run; undefined if it names none. */
export const ownPolicy = ({ policy }: ClusterScenario): ClusterPolicy | undefined =>
  policy === "protect" ? undefined : evaluatePolicy(policy);

/** An error of a run; if it is the policy's, with where it happened in the policy's sources. */
export const shownInSources = (error: unknown, { policy }: ClusterScenario): unknown => {
  if (!(error instanceof PolicyFailed) || policy === "protect") return error;
  const stack = sourceStack(error.cause, policy.program) || sourceStack(error, policy.program);
  return new Error(`${error.message}${stack}`, { cause: error });
};
