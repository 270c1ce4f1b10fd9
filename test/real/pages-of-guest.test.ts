// needs: qemu-system-x86, build-essential, makedumpfile
// limit: 240s
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cpio } from "../../real/guest/cpio.ts";
import { machineArguments } from "../../real/guest/guest-machine.ts";
import { GuestPort } from "../../real/guest/guest-port.ts";
import { whenListening } from "../../real/guest/when-listening.ts";
import { diskBytes, type WorkloadSettings, workloadText } from "../../real/guest/workload-settings.ts";
import { withImage } from "../../real/pages/open-image.ts";
import type { FrameClass } from "../../real/pages/page-classes.ts";
import { SeenContents } from "../../real/pages/seen-contents.ts";
import { type Survey, survey } from "../../real/pages/survey.ts";
import { QmpClient } from "../../real/qmp/client.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { testImage } from "./guest-image.ts";
import { asVmcore, excluded, flagCounts } from "./oracles.ts";

const folder = mkdtempSync(join(tmpdir(), "pages-of-guest-"));
const children: ChildProcess[] = [];
const guest = suite("pages of a guest");
guest.after(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const memory = 128;
const frames = (memory << 20) / 4096;
/** What the counts may differ by: 0.5 % of the pages. */
const allowed = 0.005 * frames;

const settings: WorkloadSettings = {
  id: 1,
  image: 1,
  seed: 1,
  beat: 0.2,
  classes: [
    { content: "zero", pages: 1000, writesPerSecond: 100, compressRatio: 1 },
    { content: "duplicate", pages: 1500, writesPerSecond: 0, compressRatio: 1 },
    { content: "unique", pages: 4000, writesPerSecond: 1000, compressRatio: 2 },
  ],
  disk: { blocks: 64, writesPerSecond: 20 },
  cache: { pages: 3000, writesPerSecond: 200 },
  peers: [],
};

/** Pages of 2 MiB for hugetlbfs, and the frames of all. */
const hugePages = 5;
const hugeFrames = 512 * hugePages;

/** The guest's own first process, which also tells the flags of all pages on a port of its own, each time that it gets a line. */
const initThatTells = (): string => {
  const init = readFileSync(new URL("../../real/guest/init.sh", import.meta.url), "utf8");
  const telling = `for port in /sys/class/virtio-ports/*; do
  [ "$(/bin/busybox cat "$port/name")" = flags ] && flags=/dev/\${port##*/}
done
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
echo ${hugePages} >/proc/sys/vm/nr_hugepages
# A port whose other end nobody holds yet has nothing to be read.
while :; do
  if read -r _ <&3; then /bin/busybox head -c ${8 * frames} /proc/kpageflags >&3; else /bin/busybox sleep 1; fi
done 3<>"$flags" &
exec /bin/workload `;
  const told = init.replace("exec /bin/workload ", telling);
  assert.is.not(told, init);
  return told;
};

/** Asks for the flags of all pages. */
const flagsOf = async (path: string): Promise<Buffer> => {
  const socket = connect({ path, signal: AbortSignal.timeout(30_000) });
  socket.on("connect", () => socket.write("\n"));
  const parts: Buffer[] = [];
  let left = 8 * frames;
  for await (const part of socket as AsyncIterable<Buffer>) {
    parts.push(part);
    left -= part.length;
    // Leaving the loop closes the socket.
    if (left <= 0) break;
  }
  assert.is(left, 0, "the guest tells the flags of each page");
  return Buffer.concat(parts);
};

const ready = async () => (findCommand("makedumpfile") === undefined ? undefined : await testImage());

guest(
  "are what makedumpfile and the guest's own kernel say they are",
  skipUnless(ready, "needs Debian, QEMU, a C compiler and makedumpfile", async (image) => {
    const at = (what: string): string => join(folder, what);
    writeFileSync(at("settings"), workloadText(settings));
    writeFileSync(at("disk"), "");
    truncateSync(at("disk"), diskBytes(settings));
    const init = { path: "init", data: Buffer.from(initThatTells()), executable: true };
    writeFileSync(at("initrd"), Buffer.concat([readFileSync(image.initrd), cpio([init])]));
    const paths = { settings: at("settings"), qmp: at("qmp"), port: at("port") };
    const machine = { ...image, ...paths, initrd: at("initrd"), accelerator: "tcg", memory, cores: 1 } as const;
    const tells = ["-chardev", `socket,id=flags,path=${at("flags")},server=on,wait=off`];
    const port = ["-device", "virtserialport,chardev=flags,name=flags"];
    const disk = { file: at("disk"), format: "raw" } as const;
    const child = spawn(image.qemu, [...machineArguments({ ...machine, disk }), ...tells, ...port], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    children.push(child);
    const qmp = await whenListening(() => QmpClient.connect(paths.qmp, 10_000));
    const line = await whenListening(() => GuestPort.connect("guest", paths.port));
    await line.nextBeat(90_000);
    while ((line.beat?.written[2] ?? 0) < 500) await line.nextBeat(10_000);
    await line.hold(true, 10_000);
    const flags = flagCounts(await flagsOf(at("flags")));
    await qmp.execute("stop", {}, 5000);
    await qmp.execute("dump-guest-memory", { paging: false, protocol: `file:${at("core")}` }, 60_000);
    line.close();
    qmp.close();
    child.kill("SIGKILL");

    const found = withImage(at("core"), (core) => survey(core, 0, new SeenContents()));
    const count = (...classes: readonly FrameClass[]): number => sum(found, "frames", classes);
    const near = (what: string, [ours, theirs]: readonly [number, number]): void =>
      assert.ok(Math.abs(ours - theirs) <= allowed, `${what}: ${ours} frames, but ${theirs} by the other count`);

    // What the workload has: pages of zeros, of one content, and of the disk that the kernel keeps, some of them written.
    near("pages of zeros", [sum(found, "zero", ["anonymous"]), 1000 + hugeFrames]);
    near("pages of one content", [sum(found, "inside", ["anonymous"]), 1499]);
    // Half of them are as they were written, half were read again, in pieces for which the kernel keeps no buffers.
    near("pages of the disk", [count("cache-clean", "cache-private-clean", "cache-private-dirty"), 3000]);
    near("pages that were read", [count("cache-clean"), 1500]);
    assert.ok(count("cache-private-dirty") > 0);
    const workload = settings.classes.reduce((total, one) => total + one.pages, 0);
    assert.ok(count("anonymous") >= workload + hugeFrames, "all of its memory and of hugetlbfs is found");

    const [clean, dirty] = [
      count("cache-clean", "cache-private-clean"),
      count("cache-dirty", "cache-private-dirty"),
    ] as const;
    const anonymous = count("anonymous", "anonymous-locked");
    const own = { free: count("free"), slab: count("slab"), anonymous, clean, dirty };
    for (const name of ["free", "slab", "anonymous", "clean", "dirty"] as const)
      near(`/proc/kpageflags, ${name}`, [own[name], flags[name]]);

    asVmcore(at("core"));
    const ours = {
      zero: sum(found, "zero"),
      cache: count("cache-clean", "cache-dirty"),
      private: count("cache-private-clean", "cache-private-dirty"),
      user: anonymous,
      free: count("free"),
    };
    const all = excluded(at("core"), 31, at("out"));
    for (const [name, level] of Object.entries({ zero: 1, cache: 2, private: 4, user: 8, free: 16 }) as [
      keyof typeof ours,
      number,
    ][]) {
      near(`makedumpfile -d ${level}`, [ours[name], excluded(at("core"), level, at("out"))[name]]);
      // Of all levels together, zeros are what no other level excludes.
      const together = name === "zero" ? sum(found, "zero", ["unmanaged", "slab", "kernel"]) : ours[name];
      near(`makedumpfile -d 31, ${name}`, [together, all[name]]);
    }
  }),
);

const sum = (
  { classes }: Survey,
  value: "frames" | "zero" | "inside",
  of: readonly FrameClass[] = classes.map((one) => one.class),
): number => classes.filter((one) => of.includes(one.class)).reduce((total, one) => total + one[value], 0);

guest.run();
