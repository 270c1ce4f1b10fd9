/**
 * What a policy of one's own imports from "snapback": the interface of the testbed, the parts that our own policy is made
 * of, and the closed forms for the interval. Nothing here knows the simulator.
 */
export {
  dalyFirstOrder,
  dalyHigherOrder,
  exactOptimum,
  type IntervalCosts,
  young,
} from "../models/analytic/optimal-interval.ts";
export type { ClusterPolicy, Plans } from "../models/policies/cluster-policy.ts";
export { periodic } from "../models/policies/periodic.ts";
export { protect } from "../models/policies/protect.ts";
export { rollback } from "../models/policies/rollback.ts";
export type { RollbackPlan, SnapshotPlan, StoragePlan } from "../models/scenario.ts";
export {
  type Cluster,
  type FailureReport,
  Interrupted,
  type Policy,
  type Snapshot,
  type SnapshotState,
  type Testbed,
  type Vm,
  type Wait,
} from "../models/testbed.ts";
export { bytes, seconds } from "./schema/option-quantities.ts";
