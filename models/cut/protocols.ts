import type { CutProtocol, SnapshotPlan } from "../scenario.ts";
import type { Policy } from "../testbed.ts";
import { barrier } from "./barrier.ts";
import type { ClusterCut } from "./cluster-cut.ts";
import { colour } from "./colour.ts";
import { eachAlone } from "./each-alone.ts";

/** Leads every VM of a cluster through its cut, as the plan asks. */
export const cutBy = (plan: SnapshotPlan, cut: ClusterCut): Policy => {
  const { desynchrony } = cut;
  switch (messageRule(plan)) {
    case "barrier":
      return barrier(cut);
    case "colour":
      return colour(cut);
    // Messages from beyond the cut are orphans, or are not delivered before their receiver has been cut.
    case "independent":
    case "drop":
      return eachAlone(cut, () => desynchrony.preparation());
    case "scheduled":
      return eachAlone(cut, clocks(cut));
  }
};

/** The protocol that says what becomes of messages from beyond the cut: a paced cut is made with one of the others. */
export const messageRule = ({ cut, pacedWith }: SnapshotPlan): Exclude<CutProtocol, "paced"> =>
  cut === "paced" ? pacedWith : cut;

/** How late each VM sees the agreed time, which leaves every VM time to prepare: VMs of one host see one clock. */
const clocks = ({ cluster, desynchrony }: ClusterCut): ((i: number) => number) => {
  const late = new Map(cluster.vms.map(({ host }) => [host, undefined as number | undefined]));
  return (i) => {
    const { host } = cluster.vms[i]!;
    const known = late.get(host);
    if (known !== undefined) return known;
    const drawn = desynchrony.clock();
    late.set(host, drawn);
    return drawn;
  };
};

/** Protocols under which no message is ever received before its receiver's cut that was sent after its sender's. */
export const promisesConsistency = (protocol: CutProtocol): boolean => {
  switch (protocol) {
    case "barrier":
    case "colour":
    case "drop":
    case "paced":
      return true;
    case "independent":
    case "scheduled":
      return false;
  }
};
