import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import type { WriteClass } from "../../models/guest/fit-writes.ts";
import type { FormShelf } from "../csv-forms/form-shelf.ts";
import { writesNotGiven } from "../csv-forms/mix-csv.ts";
import type { ClusterFile } from "../schema/cluster-schema.ts";
import type { Report } from "../text/issue.ts";
import { at, type Tree } from "../text/tree.ts";
import { duration, formatQuantity } from "../text/units.ts";

const pageSize = 4096;

/** What a scenario takes from CSV files, read. */
export interface Measurements {
  /** Classes of writes in place of those of the workload. */
  readonly writes?: readonly WriteClass[] | undefined;
  readonly traffic?: TrafficMatrix | undefined;
}

/** @param tree the same scenario, with the places of its values */
export const readMeasurements = (file: ClusterFile, tree: Tree, forms: FormShelf, report: Report): Measurements => {
  const { traffic, vms } = file.cluster;
  const complain = (message: string): void => report(["cluster", "traffic", "matrix"], message);
  const path =
    traffic !== "none" && "matrix" in traffic && typeof traffic.matrix === "string" ? traffic.matrix : undefined;
  return {
    writes: measuredWrites(file, tree, forms, report),
    traffic: path === undefined ? undefined : forms.traffic(path, vms, complain),
  };
};

/** What the curve of a workload, if it has one, says about its writes. */
const measuredWrites = (
  { cluster, snapshot }: ClusterFile,
  tree: Tree,
  forms: FormShelf,
  report: Report,
): readonly WriteClass[] | undefined => {
  const { curve: path, classes, dirtyModel } = cluster.workload;
  if (path === undefined) {
    checkWritesGiven(tree, Object.keys(classes), report);
    return undefined;
  }
  if (dirtyModel === "linear") {
    const message = "linear has no curve: a curve is fitted by writes at random, so leave one of them out";
    report(["cluster", "workload", "dirtyModel"], message, [["cluster", "workload", "curve"]]);
  }
  const pages = Math.floor(cluster.vm.memory / pageSize);
  const fit = forms.curve(path, pages, (message) => report(["cluster", "workload", "curve"], message));
  if (fit === undefined) return undefined;
  if (snapshot.interval > fit.until) {
    const [interval, until] = [snapshot.interval, fit.until].map((time) => formatQuantity(duration, time));
    forms.remark("curve", path, `it ends at ${until}, so what an interval of ${interval} writes is extrapolated`);
  }
  const free = Object.values(classes).reduce((sum, { type, share }) => sum + (type === "free" ? share : 0), 0);
  const over = fit.classes.reduce((sum, one) => sum + one.pages, 0) - (1 - free) * pages;
  if (over > 1)
    forms.remark(
      "curve",
      path,
      `more pages are written than are in use: ${Math.round(over)} free pages of the mix are written, too`,
    );
  return fit.classes;
};

/** Without a curve a mix must tell the writes itself. */
const checkWritesGiven = (tree: Tree, classes: readonly string[], report: Report): void => {
  const paths = classes.map((name) => ["cluster", "workload", "classes", name, "writesPerGiB"]);
  const open = paths.find((path) => {
    const writes = at(tree, path);
    return writes?.kind === "scalar" && writes.provenance === writesNotGiven;
  });
  if (open !== undefined)
    report(open, "the mix has no column writesPerSecond, and the workload no curve: nothing would ever be written");
};
