import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { AgentClient } from "../../real/agent/client.ts";
import { accelerate } from "../../real/guest/accelerator.ts";

const folder = mkdtempSync(join(tmpdir(), "accelerators-"));
const accelerator = suite("an accelerator's verdict");
accelerator.after(() => rmSync(folder, { recursive: true, force: true }));

const image = { kernel: "", initrd: "", hash: "an-image", madeOf: [] };

/** A host where KVM cannot be used, and how often it was tried there. */
const host = (boot: string, version = "7.2") => {
  const tried = { times: 0 };
  const ask = async (verb: string): Promise<unknown> => {
    if (verb === "facts") return { boot, kvm: "usable" };
    if (verb === "qemu") return { version };
    assert.is(verb, "accelerator");
    tried.times++;
    return { reason: "it is a test" };
  };
  return { tried, agent: { ask } as unknown as AgentClient };
};

accelerator(
  "is kept while the host is as it was, and found again after a boot, with another QEMU or image, or when spoilt",
  async () => {
    const here = host("one");
    for (let i = 0; i < 3; i++)
      assert.equal(await accelerate(here.agent, image, folder), { accelerator: "tcg", reason: "it is a test" });
    assert.is(here.tried.times, 1);
    await accelerate(here.agent, { ...image, hash: "another" }, folder);
    assert.is(here.tried.times, 2);
    for (const other of [host("two"), host("one", "9.0")]) {
      await accelerate(other.agent, image, folder);
      assert.is(other.tried.times, 1);
    }
    for (const file of readdirSync(folder)) {
      assert.is(statSync(join(folder, file)).mode & 0o777, 0o600);
      writeFileSync(join(folder, file), '{"accelerator":"warp"}');
    }
    await accelerate(here.agent, image, folder);
    assert.is(here.tried.times, 3);
  },
);

accelerator.run();
