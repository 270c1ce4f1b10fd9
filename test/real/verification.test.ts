// needs: qemu-system-x86, qemu-utils, build-essential
// limit: 400s
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyCapture } from "../../real/capture/verification.ts";
import { bringImage, type GuestSpec, HostedGuest } from "../../real/guest/hosted-guest.ts";
import type { FrameClass } from "../../real/pages/page-classes.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost } from "./agent-host.ts";
import { testImage } from "./guest-image.ts";

const testbed = `v${process.pid.toString(36)}`;
const spec: GuestSpec = {
  accelerator: "tcg",
  memory: 128,
  cores: 1,
  workload: {
    id: 1,
    image: 1,
    seed: 5,
    beat: 0.1,
    classes: [
      { content: "shared", pages: 1000, writesPerSecond: 0, compressRatio: 1 },
      { content: "unique", pages: 6000, writesPerSecond: 3000, compressRatio: 1 },
    ],
    disk: { blocks: 64, writesPerSecond: 30 },
    cache: { pages: 1000, writesPerSecond: 0 },
    processes: { count: 2, pages: 100 },
    peers: [],
  },
};

const host = new AgentHost(testbed, "h");
const verification = suite("a verification");
verification.before(() => host.start());
verification.after(() => host.end());

const ready = async () => (findCommand("qemu-img") === undefined ? undefined : testImage());

verification(
  "finds memory and disk of every mode to be of one cut, and not when they are of different ones",
  skipUnless(ready, "needs Debian, QEMU and a C compiler", async (image) => {
    await bringImage(host.agent, image);
    const guest = await HostedGuest.start(host.agent, image, "g", spec);
    const disks: string[] = [];
    for (const mode of ["stop-and-copy", "post-copy", "pre-copy"] as const) {
      const captured = await guest.capture(mode, mode);
      assert.ok(captured.disk !== null && captured.pause > 0, JSON.stringify(captured));
      assert.not(disks.includes(captured.disk!));
      disks.push(captured.disk!);
      const found = await verifyCapture(guest, mode, captured.disk!);
      console.log(mode, JSON.stringify(captured), JSON.stringify(found));
      // Pages that QEMU misses in a pre-copy of an emulated guest are what a verification is for.
      if (mode !== "pre-copy") assert.is(found.state, "verified", JSON.stringify(found));
      const { beat } = await guest.beat(20_000);
      assert.ok(beat > 0, "the guest runs on");
    }
    const mixed = await verifyCapture(guest, "stop-and-copy", disks[1]!);
    assert.is(mixed.state, "corrupt");
    assert.match((mixed as { reason: string }).reason, /blocks of its disk are newer/);
    const back = await verifyCapture(guest, "post-copy", disks[0]!);
    assert.match((back as { reason: string }).reason, /blocks of its disk are older/);
    const none = await verifyCapture(guest, "no-such", disks[0]!);
    assert.match((none as { reason: string }).reason, /it is not restored: .*ENOENT/);

    // Of free pages it needs none, of its clean cache what is on its disk; with zeros in the cache it runs on, and is wrong.
    const frozen = disks[0]!;
    const without = async (
      name: string,
      classes: FrameClass[],
      instead: "zero-fill" | "kill-process" | { readonly disk: string },
      from = "stop-and-copy",
    ) => host.agent.ask("leaveOut", { stream: from, name, classes, instead }, 60_000);
    const clean: FrameClass[] = ["cache-clean", "cache-private-clean"];
    const free = await without("no-free", ["free"], "zero-fill");
    assert.ok(free.held > 1000 && free.left === free.held, JSON.stringify(free));
    const cached = await without("dropped", clean, { disk: frozen }, "no-free");
    assert.ok(cached.held >= 1000 && cached.left > 0.98 * cached.held, JSON.stringify(cached));
    const dropped = await verifyCapture(guest, "dropped", frozen);
    assert.is(dropped.state, "verified", JSON.stringify(dropped));
    await without("no-cache", clean, "zero-fill");
    const unsafe = await verifyCapture(guest, "no-cache", frozen);
    assert.match((unsafe as { reason: string }).reason, /^\d+ pages that it has cached of its disk are others$/);
    // Processes that have not locked their memory die of its loss, and nobody else notices it.
    const lost = await without("lost", ["anonymous"], "kill-process");
    console.log("lost", JSON.stringify(lost));
    assert.ok(lost.left >= 200 && lost.left <= lost.held, JSON.stringify(lost));
    const killed = await verifyCapture(guest, "lost", frozen);
    const reason = "2 of 3 processes were killed for memory that was lost";
    assert.equal(killed, { state: "corrupt", reason });
    await without("zeros", ["anonymous"], "zero-fill");
    const silent = await verifyCapture(guest, "zeros", frozen);
    assert.equal(silent, { state: "corrupt", reason: "2 of 3 processes have ended" });

    // Of what was captured first, second and third: only what is another is kept, and all of it comes back.
    const name = (mode: string): string => `${mode}.record`;
    const order = ["stop-and-copy", "post-copy", "pre-copy"];
    for (const [i, mode] of order.entries()) {
      const base = i === 0 ? null : name(order[i - 1]!);
      const packs = [
        { name: `${mode}.often`, types: ["anonymous" as const, "kernel" as const, "cacheDirty" as const] },
        { name: `${mode}.once`, types: ["cacheClean" as const, "free" as const] },
      ];
      const recorded = await host.agent.ask("record", { stream: mode, name: name(mode), packs, base }, 60_000);
      console.log(mode, JSON.stringify(recorded));
      assert.is(recorded.untyped, null);
      // What is written is anonymous.
      assert.equal(
        recorded.packs.map((one) => one.name),
        packs.slice(0, i === 0 ? 2 : 1).map((one) => one.name),
      );
      assert.is(recorded.kind, i === 0 ? "full" : "incremental");
      if (i > 0) {
        assert.ok(recorded.changed > 500 && recorded.changed < 0.8 * (recorded.frames - recorded.zero));
        assert.ok(recorded.writtenBytes < 0.9 * recorded.logicalBytes);
      }
    }
    for (const mode of order) await host.agent.ask("removeFile", { name: mode }, 5000);
    await host.agent.ask("rebuild", { records: order.slice(0, 2).map(name), stream: "again" }, 60_000);
    const again = await verifyCapture(guest, "again", disks[1]!);
    assert.is(again.state, "verified", JSON.stringify(again));
    const missing = host.agent.ask("rebuild", { records: [name(order[1]!)], stream: "none" }, 60_000);
    assert.match(
      await missing.then(String, (error) => error.message),
      /it builds on record [0-9a-f]{64}, which is missing/,
    );
    await guest.stop();
  }),
);

verification.run();
