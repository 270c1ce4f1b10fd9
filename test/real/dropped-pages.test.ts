// needs: qemu-utils
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { AgentHost } from "./agent-host.ts";
import { buddy, flags, streamOf, syntheticLinux } from "./synthetic-linux.ts";

const host = new AgentHost(`d${process.pid.toString(36)}`, "h");
const drops = suite("pages that a snapshot does not store");
drops.before(() => host.start());
drops.after(() => host.end());

const page = 4096;
const filled = (fill: number): Buffer => Buffer.alloc(page, fill);
const tools = (): string | undefined => (findCommand("qemu-io") === undefined ? undefined : findCommand("qemu-img"));
const messageOf = (task: Promise<unknown>): Promise<string> => task.then(String, (error) => error.message);

/** In the second version what was clean cache is anonymous memory of the same content, and another page is cached. */
const memory = (version: 1 | 2): Buffer =>
  Buffer.concat([
    streamOf(
      syntheticLinux([
        { mapcount: buddy, private: 0n, fill: 1 },
        { flags: flags.lru, fill: 2, ...(version === 2 && { mapping: 1n }) },
        { flags: flags.lru, fill: 3 },
        { flags: flags.lru, mapping: 1n, fill: 4 },
        { flags: flags.lru, fill: version === 2 ? 5 : 0 },
      ]),
    ),
    Buffer.from("states of devices"),
  ]);

drops(
  "are in none of its files, also when versions build on each other, and come back from the disk of its own cut",
  skipUnless(tools, "needs qemu-img and qemu-io", async () => {
    const { agent, files } = host;
    const at = (name: string): string => join(files, name);
    const run = (program: string, ...given: readonly string[]): void =>
      void execFileSync(program, given, { cwd: files });
    const write = (layer: string, block: number, fill: number): void =>
      run("qemu-io", "-f", "qcow2", "-c", `write -P ${fill} ${block * page} ${page}`, layer);
    await agent.ask("disk", { name: "base", on: 2 ** 20 }, 10_000);
    write("base", 5, 2);
    await agent.ask("disk", { name: "top", on: "base" }, 10_000);
    write("top", 7, 5);

    const packs = [{ name: "pack", types: ["free", "cacheClean", "cacheDirty", "anonymous", "kernel"] as const }];
    const asPacks = (version: string) =>
      packs.map(({ name, types }) => ({ name: `${version}.${name}`, types: [...types] }));
    const versions = [
      { version: 1, name: "one", disk: "base", base: null, dropped: [1, 2] },
      { version: 2, name: "two", disk: "top", base: "one.record", dropped: [1, 5] },
    ] as const;
    for (const { version, name, disk, base } of versions) {
      writeFileSync(at(name), memory(version));
      const told = await agent.ask(
        "drop",
        { stream: name, disk, zeroFilled: ["free"], reRead: ["cacheClean"], killing: [] },
        10_000,
      );
      assert.equal(told, { zeroFilled: 1, reRead: 1, killing: 0, kept: 1, spared: "", untyped: null });
      await agent.ask("record", { stream: name, name: `${name}.record`, packs: asPacks(name), base }, 10_000);
      await agent.ask("removeFile", { name }, 10_000);
    }
    for (const { name, dropped } of versions) {
      const stored = [`${name}.record`, `${name}.pack`].map((file) => readFileSync(at(file)));
      for (const fill of dropped)
        assert.not(
          stored.some((bytes) => bytes.includes(filled(fill))),
          `${name}, ${fill}`,
        );
    }
    assert.ok(readFileSync(at("two.pack")).includes(filled(2)), "what is no cache any more is stored");
    assert.ok(readFileSync(at("one.pack")).includes(filled(3)), "what is not on the disk is stored");

    for (const [i, { version, name, disk }] of versions.entries()) {
      const records = versions.slice(0, i + 1).map((one) => `${one.name}.record`);
      const told = await agent.ask("rebuild", { records, stream: "again", disk }, 10_000);
      assert.equal(told, { reRead: 1, zeroFilled: 0, killing: 0 });
      const expected = memory(version);
      const free = expected.indexOf(filled(1));
      // The header of a page of zeros, and one byte.
      const again = readFileSync(at("again"));
      assert.is(again.length, expected.length - page + 1, name);
      assert.ok(again.subarray(0, free - 8).equals(expected.subarray(0, free - 8)));
      assert.ok(again.subarray(free + 1).equals(expected.subarray(free + page)), "all but the free page is as it was");
      await agent.ask("removeFile", { name: "again" }, 10_000);
    }

    // The disk of another cut has not all of it; without one, nothing is made that could be taken for the memory.
    const records = ["one.record", "two.record"];
    const other = agent.ask("rebuild", { records, stream: "wrong", disk: "base" }, 10_000);
    assert.match(await messageOf(other), /the disk has nothing at 28672|another content at 28672/);
    const none = agent.ask("rebuild", { records, stream: "wrong" }, 10_000);
    assert.match(await messageOf(none), /pages of it are to be read from a disk, and none is named/);
    assert.not(existsSync(at("wrong")));
  }),
);

drops.run();
