import { cutsByChance } from "../../models/cut/desynchrony.ts";
import { lifetime } from "../../models/laws.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import { type LawSpec, lawOf } from "../schema/law-schema.ts";
import type { Report } from "../text/issue.ts";
import { duration, formatQuantity } from "../text/units.ts";

/** What one key alone cannot tell about the cuts of a cluster and the messages between its VMs. */
export const checkCut = ({ cluster, snapshot }: ClusterFile, report: Report): void => {
  const { vms, traffic } = cluster;
  const { interval, capture, cut, clockSkew, costs } = snapshot;
  if (traffic !== "none" && "matrix" in traffic && typeof traffic.matrix !== "string") {
    const { matrix } = traffic;
    const path = ["cluster", "traffic", "matrix"];
    if (matrix.length !== vms) report(path, `has ${matrix.length} rows for ${vms} VMs`, [["cluster", "vms"]]);
    for (const [from, row] of matrix.entries()) {
      if (row.length !== matrix.length) report([...path, from], `has ${row.length} columns of ${matrix.length}`);
      else if (row[from]! > 0) report([...path, from, from], `VM ${from} cannot send to itself: write 0`);
    }
  }
  if (cut === "paced" && capture !== "pre-copy") {
    const message = `paced keeps the rounds of pre-copies together: it needs capture: pre-copy, not ${capture}`;
    report(["snapshot", "cut"], message, [["snapshot", "capture"]]);
  }
  if (cut === "scheduled" && capture === "pre-copy") {
    const message = "nobody can agree on a time for pre-copies, which end when their rounds converge: write cut: paced";
    report(["snapshot", "cut"], message, [["snapshot", "capture"]]);
  }
  const show = (seconds: number): string => formatQuantity(duration, seconds);
  if (cut === "scheduled" && clockSkew >= interval) {
    report(["snapshot", "clockSkew"], `${show(clockSkew)} is no less than the interval of ${show(interval)}`, [
      ["snapshot", "interval"],
      ["snapshot", "cut"],
    ]);
  }
  const spread = costs.prepareSpread === "none" ? 0 : lifetime(lawOf(costs.prepareSpread)).mean;
  if (spread >= interval) {
    const message = `with a mean of ${show(spread)} VMs are not ready before the next snapshot is due, ${show(interval)} later`;
    report(["snapshot", "costs", "prepareSpread"], message, [["snapshot", "interval"]]);
  }
};

/** Says so where nothing keeps the VMs apart, so that all protocols cut alike. */
export const remarksOnCut = ({ snapshot, cluster }: ClusterFile): string[] => {
  const { capture, cut, clockSkew, costs } = snapshot;
  if (cut === "barrier" || cluster.vms === 1) return [];
  const spread = (law: "none" | LawSpec) => (law === "none" ? law : lawOf(law));
  if (cutsByChance({ capture, cut, clockSkew, costs: { prepareSpread: spread(costs.prepareSpread) } })) return [];
  const key = cut === "scheduled" ? "snapshot.clockSkew" : "snapshot.costs.prepareSpread";
  return [`all VMs are cut at one instant, so nothing tells ${cut} from other protocols: give ${key}`];
};
