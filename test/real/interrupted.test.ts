// needs: qemu-system-x86, qemu-utils, build-essential, iproute2
// limit: 200s
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { whatIsLeft } from "../../real/ownership/end-made.ts";
import { hostFolder } from "../../real/ownership/private-folder.ts";
import { snapbackArgs } from "../runner/command.ts";
import { skipUnless } from "../runner/skip.ts";
import { guestsPossible, NamespaceHosts, neededForGuests } from "./namespace-hosts.ts";

const testbed = new NamespaceHosts("i", "10.78.11.0/24", 4);
const { name, file: inventory } = testbed;
const hosts = ["h1", "h2", "h3", "h4"];
const test = suite("a command that is interrupted");
test.after(() => testbed.end());

const namespaces = (): string[] =>
  existsSync("/run/netns") ? readdirSync("/run/netns").filter((one) => one.startsWith(`snapback.${name}.`)) : [];

for (const [what, words, when] of [
  ["in the middle of a run", ["replay", "replayed", "--testbed", inventory], /running for/],
  ["between two captures", ["measure", inventory, "--out", "captures.csv", "--memory", "128"], /guest 1 of/],
  ["while its guests boot", ["cut", inventory], /guests are emulated|KVM/],
] as const)
  test(
    `leaves nothing behind ${what}`,
    skipUnless(guestsPossible, neededForGuests, async () => {
      const child = spawn(process.execPath, snapbackArgs(...words), {
        cwd: dirname(inventory),
      });
      let said = "";
      await new Promise<void>((resolve, reject) => {
        child.stderr.on("data", (chunk: Buffer) => {
          said += chunk;
          if (when.test(said)) resolve();
        });
        child.on("close", () => reject(new Error(`it ended before it was interrupted: ${said}`)));
      });
      assert.is(namespaces().length, 5, "four hosts and the switch between them");
      child.kill("SIGINT");
      const [code, signal] = await once(child, "close");
      assert.is(signal, null);
      assert.is.not(code, 0);
      assert.match(said, new RegExp(`interrupted: nothing of ${name} was left behind`));
      assert.equal(namespaces(), []);
      for (const host of hosts) {
        assert.equal(whatIsLeft(hostFolder(name, host)).processes, []);
        assert.not(existsSync(hostFolder(name, host)), host);
      }
    }),
  );

test.run();
