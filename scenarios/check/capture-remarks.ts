import { preCopyFixedPoint, preCopyRounds } from "../../models/analytic/pre-copy.ts";
import { copierRate } from "../../models/capture/copier.ts";
import { dirtyCurve } from "../../models/guest/dirty-curve.ts";
import { memoryTable, pageSize } from "../../models/guest/memory.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { duration, formatQuantity, size } from "../text/units.ts";

/** What the closed forms say of the captures of a scenario before it is run. */
export const captureRemarks = ({ cluster, dataCentre, snapshot, storage }: ClusterScenario): string[] => {
  if (snapshot.capture !== "pre-copy") return [];
  const { downtimeLimit, maxRounds } = snapshot;
  const memory = memoryTable(cluster, storage);
  const curve = dirtyCurve(memory.classes, memory.dirtyModel);
  const rate = Math.min(copierRate(snapshot), dataCentre.host.disk.write) / pageSize;
  const stays = preCopyFixedPoint(curve, rate);
  if (stays > rate * downtimeLimit) {
    const pages = formatQuantity(size, Math.round(stays) * pageSize);
    const pause = formatQuantity(duration, Number((stays / rate).toPrecision(2)));
    return [
      `pre-copy does not converge: even with a disk to itself a VM dirties ${pages} while it sends as much, which takes ${pause}; snapshot.downtimeLimit is ${formatQuantity(duration, downtimeLimit)}, so its rounds end after ${maxRounds}`,
    ];
  }
  const set = memory.bytes / pageSize;
  if (preCopyRounds({ set, rate, dirtied: curve.at, downtimeLimit, maxRounds }).converged) return [];
  return [
    `pre-copy of a whole VM needs more than the ${maxRounds} rounds of snapshot.maxRounds until what is left fits snapshot.downtimeLimit`,
  ];
};
