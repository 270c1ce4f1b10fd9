import type { Stream } from "../../sim/index.ts";
import { lifetime } from "../laws.ts";
import type { CaptureCosts, SnapshotPlan } from "../scenario.ts";

/** What keeps the VMs of a cluster from being cut at one instant. Every cut draws anew. */
export class Desynchrony {
  readonly #spread: (() => number) | undefined;
  readonly #skew: (() => number) | undefined;

  constructor({ costs, clockSkew }: SnapshotPlan, stream: Stream) {
    const { prepareSpread } = costs;
    if (prepareSpread !== "none") {
      const law = lifetime(prepareSpread);
      this.#spread = () => law.sample(stream);
    }
    if (clockSkew > 0) this.#skew = () => stream.uniform(0, clockSkew);
  }

  /** By how much one VM is ready later than `t_prepare` says, in seconds. */
  preparation(): number {
    return this.#spread?.() ?? 0;
  }

  /** By how much the clock of one host is late, in seconds. */
  clock(): number {
    return this.#skew?.() ?? 0;
  }
}

/** What of a plan chance has a part in. */
type Drawn = Pick<SnapshotPlan, "capture" | "cut" | "clockSkew"> & {
  readonly costs: Pick<CaptureCosts, "prepareSpread">;
};

/** Whether the cuts of a plan, and what crosses them, differ by chance from one snapshot to the next. */
export const cutsByChance = ({ capture, cut, clockSkew, costs }: Drawn): boolean => {
  // Rounds end when the disks let them: VMs are apart without any chance, but messages come as they like.
  if (capture === "pre-copy" && cut !== "barrier") return true;
  if (cut === "scheduled") return clockSkew > 0;
  return costs.prepareSpread !== "none" && lifetime(costs.prepareSpread).variance > 0;
};
