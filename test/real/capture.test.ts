// needs: qemu-system-x86
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pageTypes } from "../../models/scenario.ts";
import { capture } from "../../real/capture/capture.ts";
import type { CaptureMode } from "../../real/capture/capture-modes.ts";
import { openLazily, untilItRuns } from "../../real/capture/lazy-restore.ts";
import { PageFeed } from "../../real/capture/page-feed.ts";
import { PageRecord } from "../../real/capture/page-record.ts";
import { recordStream } from "../../real/capture/record-stream.ts";
import { restore } from "../../real/capture/restore.ts";
import { VersionPages } from "../../real/capture/version-pages.ts";
import { ByteReader } from "../../real/pages/byte-reader.ts";
import { QmpClient } from "../../real/qmp/client.ts";
import { streamRegions } from "../../real/streams/migration-stream.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { stampingGuest, stamps } from "./stamping-guest.ts";

const folder = mkdtempSync(join(tmpdir(), "capture-"));
const children: ChildProcess[] = [];

const disk = join(folder, "disk.img");
writeFileSync(disk, stampingGuest);

let machines = 0;
const machine = async (qemu: string, ...more: string[]): Promise<QmpClient> => {
  const path = join(folder, `qmp${machines++}.sock`);
  const args = ["-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg", "-m", "64", ...more];
  const drive = ["-drive", `file=${disk},format=raw,if=ide,snapshot=on`, "-qmp", `unix:${path},server=on,wait=off`];
  children.push(spawn(qemu, [...args, ...drive], { stdio: ["ignore", "inherit", "inherit"] }));
  for (let tries = 0; ; tries++)
    try {
      return await QmpClient.connect(path, 10_000);
    } catch (error) {
      // It takes QEMU a moment to listen.
      if (tries === 200) throw error;
      await sleep(50);
    }
};

/** The numbers that the guest has in its memory now. */
const stampsNow = async (qmp: QmpClient): Promise<number[]> => {
  const file = join(folder, "stamps");
  const size = stamps.pages * 4096;
  await qmp.execute("pmemsave", { val: stamps.first, size, filename: file }, 10_000);
  const bytes = readFileSync(file);
  return Array.from({ length: stamps.pages }, (_, i) => bytes.readUInt32LE(i * 4096));
};
/** Whether the numbers are those of one moment: they fall at most once, and by one. */
const areOfOneMoment = (numbers: readonly number[]): boolean =>
  numbers.every((number, i) => i === 0 || number <= numbers[i - 1]!) && numbers[0]! - numbers.at(-1)! <= 1;

/** The numbers in the pages of a stream. */
const stampsIn = (file: string): number[] => {
  const bytes = readFileSync(file);
  const descriptor = openSync(file, "r");
  const [region] = streamRegions(new ByteReader(file, descriptor, bytes.length));
  closeSync(descriptor);
  const offsets = region!.at as Float64Array;
  return Array.from({ length: stamps.pages }, (_, i) => bytes.readUInt32LE(offsets[stamps.first / 4096 + i]!));
};

const captures = suite("a capture");
captures.after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const qemuHere = (): string | undefined => findCommand("qemu-system-x86_64");

/** Waits until the firmware has handed over and the guest has written all its pages. */
const untilItWrites = async (qmp: QmpClient): Promise<void> => {
  for (let tries = 0; tries < 200; tries++) {
    await sleep(50);
    if ((await stampsNow(qmp)).every((number) => number > 1000)) return;
  }
  assert.unreachable("the guest never began to write");
};

for (const mode of ["stop-and-copy", "post-copy"] as const satisfies CaptureMode[])
  captures(
    `by ${mode} is of one moment, restores, and lets its guest run on`,
    skipUnless(qemuHere, "needs qemu-system-x86_64", async (qemu) => {
      const source = await machine(qemu);
      await untilItWrites(source);
      const file = join(folder, mode);
      const captured = await capture(source, mode, file, 30_000);
      const [after] = await stampsNow(source);
      assert.is(captured.bytes, statSync(file).size);
      assert.is(statSync(file).mode & 0o777, 0o600);
      assert.ok(captured.untilCut >= 0 && captured.pause > 0, JSON.stringify(captured));
      assert.ok(captured.pause < captured.duration + 1, JSON.stringify(captured));

      const target = await machine(qemu, "-incoming", "defer", "-S");
      await restore(target, file, join(folder, "incoming"), 30_000);
      const cut = await stampsNow(target);
      assert.ok(cut[0]! > 1000 && areOfOneMoment(cut), cut.join(" "));
      assert.ok(cut[0]! <= after!);
      assert.equal(stampsIn(file), cut, "pages in the stream are those that a restore has");
      await sleep(100);
      assert.equal(await stampsNow(target), cut, "it stands at the cut until it is let go");
      await target.execute("cont", {}, 5000);
      await sleep(200);
      for (const one of [target, source]) {
        await one.execute("stop", {}, 5000);
        const later = await stampsNow(one);
        assert.ok(later[0]! > cut[0]! && areOfOneMoment(later), later.join(" "));
        one.close();
      }
    }),
  );

captures(
  "by pre-copy is whole, after a cut that comes last; whether an emulated guest's is of one moment is for a restore to say",
  skipUnless(qemuHere, "needs qemu-system-x86_64", async (qemu) => {
    const source = await machine(qemu);
    await untilItWrites(source);
    const { untilCut, duration, bytes, pause } = await capture(source, "pre-copy", join(folder, "pre-copy"), 30_000);
    // QEMU stops the guest for the last pages only.
    assert.ok(untilCut > 0 && untilCut < duration && pause > 0);
    assert.is(bytes, statSync(join(folder, "pre-copy")).size);
    const target = await machine(qemu, "-incoming", "defer", "-S");
    await restore(target, join(folder, "pre-copy"), join(folder, "incoming"), 30_000);
    assert.ok((await stampsNow(target)).every((number) => number > 1000));
    source.close();
    target.close();
  }),
);

captures(
  "is restored while its pages come behind the guest, each once and as it was at the cut",
  skipUnless(qemuHere, "needs qemu-system-x86_64", async (qemu) => {
    const source = await machine(qemu);
    await untilItWrites(source);
    const file = join(folder, "lazy");
    await capture(source, "post-copy", file, 30_000);
    const cut = stampsIn(file);
    source.close();
    await recordStream(file, `${file}.record`, { packs: [{ name: "lazy.pack", types: pageTypes }] });
    const pages = new VersionPages([PageRecord.open(`${file}.record`)]);
    const target = await machine(qemu, "-incoming", "defer", "-S");
    const runs = untilItRuns(target, 30_000);
    const stream = await openLazily(target, join(folder, "incoming"));
    // 64 pages a minute: what the guest does not ask for is not there.
    const feed = new PageFeed(pages, stream, { background: (64 * 4096) / 60 });
    await feed.prepare([]);
    const over = feed.run();
    over.catch(() => {});
    await runs;
    // What is read of a guest that runs is of several moments.
    await target.execute("stop", {}, 5000);
    const early = await stampsNow(target);
    assert.ok(early.every((number, i) => number >= cut[i]!) && areOfOneMoment(early), early.join(" "));
    feed.hurry();
    const { bytes, misses, touched } = await over;
    assert.is(bytes, pages.bytes);
    assert.ok(misses > 0 && misses < pages.bytes / 4096, `${misses} misses`);
    assert.is(new Set(touched).size, misses);
    feed.end();
    pages.close();
    await target.execute("cont", {}, 5000);
    await sleep(200);
    const later = await stampsNow(target);
    assert.ok(later[0]! > early[0]!, "it runs on");
    // And can be captured again in the way that needs write protection.
    await capture(target, "post-copy", `${file}-again`, 30_000);
    assert.ok(areOfOneMoment(stampsIn(`${file}-again`)));
    target.close();
  }),
);

captures(
  "that fails leaves no file, and its guest running",
  skipUnless(qemuHere, "needs qemu-system-x86_64", async (qemu) => {
    const source = await machine(qemu);
    const file = join(folder, "late");
    const slowly = capture(source, "stop-and-copy", file, 300, { bandwidth: 2 ** 12 });
    assert.match(await slowly.then(String, (error) => error.message), /did not come in 0.3 s/);
    assert.not(existsSync(file));
    assert.is(((await source.execute("query-status", {}, 5000)) as { running: boolean }).running, true);
    // And can be captured once more, but not over what is there.
    const { bytes } = await capture(source, "stop-and-copy", file, 30_000);
    const over = capture(source, "stop-and-copy", file, 30_000);
    assert.match(await over.then(String, (error) => error.message), /EEXIST/);
    assert.is(statSync(file).size, bytes);
    await source.execute("stop", {}, 5000);
    const still = await capture(source, "post-copy", join(folder, "still"), 5000).then(
      String,
      (error) => error.message,
    );
    assert.match(still, /does not run/);

    writeFileSync(file, readFileSync(file).subarray(0, 50_000));
    const target = await machine(qemu, "-incoming", "defer", "-S");
    const torn = await restore(target, file, join(folder, "incoming"), 5000).then(
      String,
      (error) => `${error.name}: ${error.message}`,
    );
    assert.match(torn, /TestbedError|QmpConnectionError/);
    source.close();
    target.close();
  }),
);

captures.run();
