import type { RollbackEnds } from "../../models/life-cycle-events.ts";
import { allOf } from "../all-of.ts";
import { TestbedError } from "../testbed-error.ts";
import type { RealCluster } from "./real-cluster.ts";
import { slowUntil } from "./responsiveness.ts";
import type { RunEvents } from "./run-events.ts";
import { verdictsOf } from "./well-guests.ts";

/** How a rollback has ended. */
export interface RollbackOutcome {
  /** By VM: whether all that it has is of one moment; undefined when all started from their image. */
  readonly verdicts: readonly boolean[] | undefined;
  readonly times: Pick<RollbackEnds, "ttr" | "residency">;
  /** When it was over. */
  readonly at: number;
}

interface BehindParts {
  readonly events: RunEvents;
  readonly onNote: (note: string) => void;
  readonly onError: (error: unknown) => void;
}

/** What is left of a rollback when its guests run already: their pages come behind them. */
export class RestoreBehind {
  readonly #parts: BehindParts;
  #onOver: ((outcome: RollbackOutcome) => void) | undefined;

  constructor(parts: BehindParts) {
    this.#parts = parts;
  }

  /**
   * Waits for the pages, and lets the guests look through all that they have then.
   *
   * @param upAt when the guests were heard of
   * @param onOver told once of how it ended
   */
  follow(
    cluster: RealCluster,
    { upAt, failedAt }: { readonly upAt: number; readonly failedAt: number },
    onOver: (outcome: RollbackOutcome) => void,
  ): void {
    this.#onOver = onOver;
    cluster.behind = this.#follow(cluster, upAt, failedAt, onOver).catch(this.#parts.onError);
  }

  /** Another failure ends what comes behind: its guests count as intact, and a note says so. */
  giveUp(cluster: RealCluster): void {
    const onOver = this.#onOver;
    this.#onOver = undefined;
    cluster.behind = undefined;
    if (onOver === undefined) return;
    this.#parts.onNote(
      `${cluster.name} failed again before its guests had all pages and looked through them: they count as intact`,
    );
    onOver({ verdicts: cluster.vms.map(() => true), times: {}, at: this.#parts.events.now });
  }

  async #follow(
    cluster: RealCluster,
    upAt: number,
    failedAt: number,
    onOver: (outcome: RollbackOutcome) => void,
  ): Promise<void> {
    const { events, onNote } = this.#parts;
    const followed = cluster.vms.flatMap(({ guest, behind }) =>
      guest === undefined || behind === undefined ? [] : [{ guest, whole: behind.whole }],
    );
    const slow = allOf(followed.map(({ guest, whole }) => slowUntil(guest, whole, () => events.now)));
    slow.catch(() => {});
    try {
      await allOf(followed.map(({ whole }) => whole));
    } catch (error) {
      await slow;
      // A guest that lacks pages is taken for one that fails, which the next rollback is for.
      if (error instanceof TestbedError) return;
      throw error;
    }
    const residentAt = Math.max(...cluster.vms.map((vm) => vm.residentAt));
    const responsiveAt = Math.max(upAt, ...(await slow));
    let verdicts: readonly boolean[];
    try {
      verdicts = await verdictsOf(cluster, onNote);
    } catch (error) {
      if (error instanceof TestbedError && (this.#onOver !== onOver || cluster.isOver)) return;
      throw error;
    }
    if (this.#onOver !== onOver) return;
    this.#onOver = undefined;
    cluster.behind = undefined;
    const times = { ttr: responsiveAt - failedAt, residency: residentAt - failedAt };
    onOver({ verdicts, times, at: Math.max(responsiveAt, residentAt) });
  }
}
