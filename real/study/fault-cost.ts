import { copyFaultsPerPage } from "../../models/guest/copy-faults.ts";
import { TestbedError } from "../testbed-error.ts";
import type { MeasuredCapture } from "./measured-capture.ts";
import { fewestRows, type Parameter, typical } from "./parameter.ts";

/**
 * For how long a write stands still that meets a page which a background snapshot has not saved yet. It is told by guests
 * that write as fast as they can, and so lose what each fault takes: lost = w (1 − r / r₀) for w seconds of the guest's
 * clock, r and r₀ its writes per second during the capture and before it; the faults are the F of model.md, section 4, of
 * its pages swept evenly over what it works meanwhile. A guest with time to spare makes up for what it loses. What QEMU's
 * thread takes of the guest's processor is in it, too.
 *
 * @param saturated verified captures of guests that could not write as much as they were to
 * @throws TestbedError when no guests wrote so fast, or they lost nothing
 */
export const faultCost = (saturated: readonly MeasuredCapture[]): Parameter => {
  const rows = saturated.filter(({ mode, workDuring }) => mode === "post-copy" && workDuring !== undefined);
  if (rows.length < fewestRows)
    throw new TestbedError(
      `fault: not to be told from ${rows.length} verified captures by post-copy of guests that write as fast as they can; it takes ${fewestRows}: measure with --writes 10000000, or calibrate with --assume fault`,
    );
  const cost = typical("fault", "post-copy", rows, (row) => lostOf(row) / faultsOf(row));
  if (!(cost.lower > 0))
    throw new TestbedError(
      `fault: guests lost no time to background snapshots as far as ${rows.length} captures tell (95 %: from ${cost.lower.toPrecision(3)} s a fault on); measure more of them, or calibrate with --assume fault`,
    );
  return { name: "fault", unit: "s", from: "post-copy of guests that write as fast as they can", ...cost };
};

/** Seconds in which the guest ran and did not write. */
const lostOf = ({ workDuring, writesDuring, writesBefore }: MeasuredCapture): number =>
  workDuring! * (1 - writesDuring / writesBefore);

/** Of what it can be at most, the rest is left for work: a guest that seems to lose more was held up by something else. */
const mostLost = 0.9;

const faultsOf = (row: MeasuredCapture): number => {
  const sweep = row.captureDuration - row.untilCut - row.pause;
  const work = sweep - Math.min(Math.max(0, lostOf(row)), mostLost * sweep);
  return row.hotPages * copyFaultsPerPage(row.writesBefore / row.hotPages, work, 1);
};
