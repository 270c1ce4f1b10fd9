// needs: qemu-system-x86, qemu-utils, build-essential
// limit: 400s
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { verifyCapture } from "../../real/capture/verification.ts";
import { bringImage, type GuestSpec, HostedGuest } from "../../real/guest/hosted-guest.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost } from "./agent-host.ts";
import { testImage } from "./guest-image.ts";

const testbed = `r${process.pid.toString(36)}`;
const spec: GuestSpec = {
  accelerator: "tcg",
  memory: 192,
  cores: 1,
  workload: {
    id: 1,
    image: 1,
    seed: 5,
    beat: 0.1,
    classes: [{ content: "unique", pages: 1000, writesPerSecond: 200, compressRatio: 1 }],
    disk: { blocks: 16, writesPerSecond: 5 },
    redis: { keys: 300, writesPerSecond: 100, load: { clients: 5, keys: 5000, bytes: 1000 } },
    peers: [],
  },
};

const host = new AgentHost(testbed, "h");
const redis = suite("a guest with Redis");
redis.before(() => host.start());
redis.after(() => host.end());

const ready = async () => (findCommand("qemu-img") === undefined ? undefined : testImage("redis"));

/** What Redis has of its stamps in a stream is made to be of a later moment. */
const spoil = (stream: string, spoilt: string): void => {
  const bytes = readFileSync(stream);
  let found = 0;
  for (let at = bytes.indexOf("written:"); at >= 0; at = bytes.indexOf("written:", at + 1)) {
    const digit = bytes[at + 8]!;
    if (digit < 0x30 || digit >= 0x39) continue;
    bytes[at + 8] = digit + 1;
    found++;
  }
  assert.ok(found >= 300, `${found} stamps`);
  writeFileSync(spoilt, bytes, { mode: 0o600 });
};

redis(
  "is captured under load, and its keys are those of the cut; not when one is another",
  skipUnless(ready, "needs Debian, QEMU and a C compiler", async (image) => {
    assert.ok(image.madeOf.some(({ name }) => name === "redis-server"));
    await bringImage(host.agent, image);
    const guest = await HostedGuest.start(host.agent, image, "g", spec);
    const disks: string[] = [];
    for (const mode of ["stop-and-copy", "post-copy"] as const) {
      const { keys } = await guest.beat(30_000);
      const captured = await guest.capture(mode, mode);
      disks.push(captured.disk!);
      const found = await verifyCapture(guest, mode, captured.disk!);
      assert.is(found.state, "verified", JSON.stringify(found));
      assert.ok((await guest.beat(30_000)).keys > keys, "stamps are written on");
    }
    const looked = await guest.verify();
    assert.is(looked.keys, 300);
    assert.is(looked.keysBehind + looked.keysAhead, 0);
    spoil(join(host.files, "stop-and-copy"), join(host.files, "spoilt"));
    const spoilt = await verifyCapture(guest, "spoilt", disks[0]!);
    assert.is(spoilt.state, "corrupt");
    assert.match((spoilt as { reason: string }).reason, /^\d+ keys of its Redis are of other moments$/);
    await guest.stop();
  }),
);

redis("is not started with more than fits into it", async () => {
  const much = { ...spec.workload.redis!, load: { clients: 1, keys: 1_000_000, bytes: 1000 } };
  const image = { kernel: "", initrd: "", hash: "none", madeOf: [] };
  await HostedGuest.start(host.agent, image, "much", { ...spec, workload: { ...spec.workload, redis: much } }).then(
    () => assert.unreachable(),
    (error: Error) => assert.match(error.message, /much: its Redis would fill more than a third of 192 MiB/),
  );
});

redis.run();
