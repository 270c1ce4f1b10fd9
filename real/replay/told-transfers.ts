import type { TransferBegins, TransferEnds } from "../../models/life-cycle-events.ts";
import type { RealPart, RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";

type Told = Omit<TransferBegins, "kind" | "id" | "state" | "at">;
type Ended = Pick<TransferEnds, "state" | "moved" | "sourceBytes" | "linkBytes">;

/** The events of a run that tell of bytes on their way, each way with a number of its own. */
export class ToldTransfers {
  readonly #events: RunEvents;
  #last = 0;

  constructor(events: RunEvents) {
    this.#events = events;
  }

  /** Tells of a transfer; `at` in seconds since the run began, else now. @returns what tells of its end */
  begin(transfer: Told, at?: number): (end: Ended, at?: number) => void {
    const begun = { kind: "transfer", id: ++this.#last, ...transfer } as const;
    this.#events.tell({ ...begun, state: "begin" }, at);
    return (end, at) => this.#events.tell({ ...begun, ...end }, at);
  }

  /** Pages went from the memory of a guest to the disk of its host. */
  captured({ number }: RealSnapshot, { vm, source, bytes }: RealPart, from: number, to: number): void {
    const here = [source.name];
    const end = this.begin({ errand: "capture", vm: vm.name, snapshot: number, from: here, to: here, bytes }, from);
    end({ state: "done", moved: bytes, sourceBytes: 0, linkBytes: 0 }, to);
  }
}
