import { randomBytes } from "node:crypto";
import type { RollbackPlan } from "../../models/scenario.ts";
import { mostTouched } from "../capture/touched.ts";
import type { GuestMaker } from "./guest-maker.ts";
import type { HostFiles } from "./host-files.ts";
import { PagesBehind } from "./pages-behind.ts";
import type { RealCluster, RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import { memoryFilesOf, type RealPart, type RealSnapshot } from "./real-snapshot.ts";
import type { RunEvents } from "./run-events.ts";

const quick = 10_000;
/** For all pages of a guest. */
const slow = 300_000;

interface LazyParts {
  readonly events: RunEvents;
  readonly files: HostFiles;
  readonly guests: GuestMaker;
}

/** A guest that waits for its pages, and who has them. */
interface Offer {
  readonly source: RealHost;
  readonly token: string;
  /** Tells of the end of the transfer over the network, if it is one. */
  readonly end: ((state: "done" | "broken", moved: number) => void) | undefined;
  /** Bytes that are there before it runs. */
  readonly first: number;
}

/** Restores of guests that run before their pages are there, which come from the disk of their own host or another's. */
export class LazyRestores {
  readonly #parts: LazyParts;
  readonly #offers = new Map<RealVm, Offer>();

  constructor(parts: LazyParts) {
    this.#parts = parts;
  }

  /** Brings the layers of a VM's disk, starts a machine that waits for pages, and sends those that are to be there first. */
  async prepare(point: RealSnapshot, part: RealPart, { resume, window, background }: RollbackPlan): Promise<void> {
    const { files, guests, events } = this.#parts;
    const { vm } = part;
    const host = vm.host!;
    await files.bring(point, part, host, "restore", part.disks);
    let source = await files.sourceOfMemory(part, host);
    if (source === undefined) {
      // No host has all of them: only where they are together pages can be read.
      await files.bring(point, part, host, "restore", memoryFilesOf(part));
      source = host;
    }
    const token = randomBytes(16).toString("hex");
    const port = await host.whileUp(guests.awaitPages(vm, part.disks, token));
    const expected = resume === "working-set" ? Math.ceil(window * vm.workingSet.length) : 0;
    const began = events.now;
    const offered = await source.whileUp(
      source.agent.ask(
        "offerPages",
        {
          ...{ address: host.address, port, token, records: [...part.records] },
          first: vm.workingSet.slice(0, expected),
          bytesPerSecond: Number.isFinite(background) ? background : null,
          milliseconds: slow,
        },
        slow + quick,
      ),
    );
    const end =
      source === host
        ? undefined
        : files.transfers.begin(
            {
              ...{ errand: "restore", vm: vm.name, snapshot: point.number },
              ...{ from: [source.name], to: [host.name], bytes: offered.whole },
            },
            began,
          );
    this.#offers.set(vm, {
      source,
      token,
      first: offered.bytes,
      // Over two network cards, that of the sender and that of the receiver.
      end: end && ((state, moved) => end({ state, moved, sourceBytes: moved, linkBytes: 2 * moved })),
    });
  }

  /** Lets a VM run that was prepared; the rest of its pages comes behind it. */
  async start({ vm }: RealPart, cluster: RealCluster): Promise<void> {
    const { source, token, end, first } = this.#offers.get(vm)!;
    this.#offers.delete(vm);
    const guest = vm.guest!;
    const running = guest.untilItRuns();
    running.catch(() => {});
    const whole = source.whileUp(source.agent.ask("givePages", { token }, slow + quick));
    const behind = new PagesBehind(source.agent, token, whole);
    vm.behind = behind;
    whole.then(
      ({ bytes, touched }) => {
        end?.("done", bytes);
        vm.residentAt = this.#parts.events.now;
        vm.workingSet = touchedFirst(vm.workingSet, touched);
        if (vm.behind === behind) vm.behind = undefined;
      },
      async () => {
        end?.("broken", first);
        if (vm.behind !== behind) return;
        vm.behind = undefined;
        if (cluster.undetected.has(vm) || cluster.isOver) return;
        // A guest that lacks pages stands still as soon as it touches one: it is silent from now on.
        cluster.lose(vm);
        await guest.kill();
      },
    );
    await vm.host!.whileUp(Promise.race([running, whole.then(() => running)]));
  }

  /** Gives up what comes behind guests, and what was prepared: they are to be ended. */
  giveUp(cluster: RealCluster): void {
    for (const vm of cluster.vms) {
      vm.behind = undefined;
      const offer = this.#offers.get(vm);
      offer?.end?.("broken", offer.first);
    }
    this.#offers.clear();
  }
}

/** What a guest is expected to touch first the next time: what it did before, and what it was found to lack. */
export const touchedFirst = (before: readonly number[], lacking: readonly number[]): readonly number[] =>
  [...new Set([...before, ...lacking])].slice(0, mostTouched);
