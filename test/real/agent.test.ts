// needs: qemu-system-x86
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { AgentClient } from "../../real/agent/client.ts";
import { agentProgram, loader } from "../../real/agent/program.ts";
import type { Exited } from "../../real/agent/protocol.ts";
import { Testbed } from "../../real/hosts/testbed.ts";
import { parseInventory } from "../../real/inventory/read-inventory.ts";
import { endMade, whatIsLeft } from "../../real/ownership/end-made.ts";
import { Made } from "../../real/ownership/made.ts";
import { hostFolder } from "../../real/ownership/private-folder.ts";
import { isAlive, processWith } from "../../real/ownership/processes.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { stampingGuest } from "./stamping-guest.ts";

const program = await agentProgram();
/** Names of testbeds that no other run of this file has at the same time. */
const testbed = `a${process.pid.toString(36)}`;
const folderOf = (host: string): string => hostFolder(testbed, host);
const greetingTo = (host: string, machine = "here") =>
  ({ snapback: 1, testbed, host, mode: "own", machine, user: "a test" }) as const;

const started: ChildProcess[] = [];
const node = (env = process.env): ChildProcessWithoutNullStreams => {
  const child = spawn(process.execPath, ["-e", loader], { stdio: "pipe", env });
  started.push(child);
  return child;
};
const agentOn = (host: string, onExited?: (exited: Exited) => void, child = node()): Promise<AgentClient> =>
  AgentClient.start(child, program, greetingTo(host), 20_000, onExited);
const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error.message,
  ) as Promise<string>;
const second = 1000;

const agent = suite("an agent");
agent.after(async () => {
  for (const child of started) child.kill("SIGKILL");
  for (const host of ["h1", "h2", "h3"]) await endMade(folderOf(host), 0);
});

agent("tells facts, keeps files and processes for its user alone, and ends with all of them", async () => {
  const exits: Exited[] = [];
  const client = await agentOn("h1", (exited) => exits.push(exited));
  const { node: version, folder } = await client.ask("facts", {}, second);
  assert.is(version, process.versions.node);
  assert.is(folder, folderOf("h1"));
  assert.is(statSync(folder).mode & 0o777, 0o700);

  const data = Buffer.from("bytes of a file").toString("base64");
  await client.ask("writeFile", { name: "f", offset: 0, data }, second);
  assert.equal(await client.ask("readFile", { name: "f", offset: 0, bytes: 100 }, second), { data, end: true });
  await client.ask("removeFile", { name: "f" }, second);
  assert.match(await failure(client.ask("readFile", { name: "f", offset: 0, bytes: 1 }, second)), /^h1: .*ENOENT/);

  const sleeper = await client.ask("spawn", { name: "one", command: ["sleep", "1000"] }, second);
  const stopped = await client.ask("spawn", { name: "two", command: ["sleep", "1000"] }, second);
  assert.ok(isAlive(sleeper));
  await client.ask("stop", { pid: stopped.pid, patience: 500 }, 5 * second);
  assert.equal(exits, [{ exited: stopped.pid, code: null, signal: "SIGTERM" }]);
  assert.match(await failure(client.ask("stop", { pid: process.pid, patience: 1 }, second)), /none that this agent/);
  const missing = client.ask("spawn", { name: "x", command: ["/no/such/program"] }, second);
  assert.match(await failure(missing), /ENOENT/);

  assert.ok((await client.ask("diskSpeed", { bytes: 2 ** 20 }, 20 * second)).bytesPerSecond > 0);
  const token = "0123456789abcdef".repeat(2);
  const { port } = await client.ask("receive", { address: "127.0.0.1", token, milliseconds: 2000 }, second);
  const sent = await client.ask("send", { address: "127.0.0.1", port, token, milliseconds: 100 }, 20 * second);
  assert.ok(sent.bytesPerSecond > 1e6);
  const guess = { address: "127.0.0.1", token: token.replace("0", "1"), milliseconds: 100 };
  const { port: guarded } = await client.ask("receive", { ...guess, token, milliseconds: 2000 }, second);
  await failure(client.ask("send", { ...guess, port: guarded }, 20 * second));

  await client.close(10 * second);
  assert.not(isAlive(sleeper));
  assert.not(existsSync(folder));
});

agent("starts programs with nothing of its session, and what they make is their user's alone", async () => {
  const client = await agentOn("h1", undefined, node({ ...process.env, SNAPBACK_TEST_SECRET: "secret" }));
  const script = "env; touch made; sleep 1000";
  const { pid } = await client.ask("spawn", { name: "env", command: ["sh", "-c", script] }, second);
  while (!existsSync(join(folderOf("h1"), "files", "made"))) await sleep(20);
  assert.is(statSync(join(folderOf("h1"), "files", "made")).mode & 0o777, 0o600);
  const { data } = await client.ask("readFile", { name: "env.log", offset: 0, bytes: 10_000 }, second);
  const told = Buffer.from(data, "base64").toString();
  assert.match(told, /^SNAPBACK_OWNER=/m);
  assert.not.match(told, /secret/);
  await client.ask("stop", { pid, patience: 500 }, 5 * second);
  await client.close(10 * second);
});

agent("does nothing that comes in one piece with what it must not hear", async () => {
  const child = node();
  let heard = "";
  child.stdout.on("data", (chunk) => {
    heard += chunk;
  });
  const lines = [program, greetingTo("h1"), { id: 1, verb: "no-such" }, { id: 2, verb: "ping", arguments: {} }];
  child.stdin.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  await once(child, "close");
  assert.match(heard, /a line that is no request/);
  assert.not.match(heard, /"id":2/);
});

agent("that is killed leaves processes, and the next one ends them, but no others", async () => {
  const child = node();
  const client = await agentOn("h2", undefined, child);
  const orphan = await client.ask("spawn", { name: "orphan", command: ["sh", "-c", "sleep 1000 & wait"] }, second);
  const bystander = spawn("sleep", ["1000"]);
  started.push(bystander);
  const other = processWith(bystander.pid!)!;
  // A number that was given anew since it was recorded is another process.
  new Made(folderOf("h2")).note({ kind: "process", pid: other.pid, start: other.start - 1 });
  await client.ask("ping", {}, 10 * second);
  // The agent itself, the shell and what that starts; a shell that never does makes this file hang, which fails.
  while (whatIsLeft(folderOf("h2")).processes.length < 3) await sleep(20);
  child.kill("SIGKILL");
  await once(child, "close");
  assert.match(await failure(client.ask("ping", {}, second)), /^h2: its agent ended/);
  assert.is(whatIsLeft(folderOf("h2")).processes.length, 2);

  const next = await agentOn("h2");
  assert.not(isAlive(orphan));
  assert.is((await next.ask("left", {}, second)).processes, 0);
  assert.ok(isAlive(other));
  bystander.kill("SIGKILL");
  await next.close(10 * second);
  assert.not(existsSync(folderOf("h2")));
});

agent("ends with its controller's input, and is not taken over from another machine", async () => {
  const child = node();
  const client = await agentOn("h3", undefined, child);
  const sleeper = await client.ask("spawn", { name: "s", command: ["sleep", "1000"] }, second);
  const elsewhere = AgentClient.start(node(), program, greetingTo("h3", "elsewhere"), 20 * second);
  assert.match(await failure(elsewhere), /^h3: testbed \w+ is in use on h3 by a test/);
  assert.ok(isAlive(sleeper));
  child.stdin.destroy();
  await once(child, "close");
  assert.not(isAlive(sleeper));
  assert.not(existsSync(folderOf("h3")));
});

agent("is spared by a controller that ends what this machine made, if one on another machine uses it", async () => {
  const text = `name: ${testbed}\ndriver: ssh\nhosts: { h3: }`;
  const here = await Testbed.take(parseInventory({ kind: "file", name: "t.yaml", folder: "/", text }));
  const child = node();
  const remote = await AgentClient.start(child, program, greetingTo("h3", "elsewhere"), 20 * second);
  const sleeper = await remote.ask("spawn", { name: "s", command: ["sleep", "1000"] }, second);
  await here.end();
  assert.ok(isAlive(sleeper));
  await remote.ask("ping", {}, second);
  // Nobody uses what is left by an agent that was killed.
  child.kill("SIGKILL");
  await once(child, "close");
  assert.is((await here.end()).processes, 1);
  assert.not(isAlive(sleeper));
  await here.close();
});

agent("that is refused at once is told of with the reason, however long its program takes to make", async () => {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  const path = process.env["PATH"];
  const text = `name: ${testbed}\ndriver: ssh\nhosts: { h3: }`;
  const here = await Testbed.take(parseInventory({ kind: "file", name: "t.yaml", folder: "/", text }));
  try {
    writeFileSync(join(folder, "ssh"), "#!/bin/sh\necho Host key verification failed. >&2\nexit 255\n", {
      mode: 0o755,
    });
    process.env["PATH"] = `${folder}:${path}`;
    assert.match(await failure(here.agent("h3", "look")), /^h3: its agent ended: Host key verification failed/);
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true });
    await here.close();
  }
});

agent("that is killed while it tries QEMU leaves that to be found", async () => {
  const folder = mkdtempSync(join(tmpdir(), "agent-"));
  try {
    writeFileSync(join(folder, "qemu-system-x86_64"), "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
    for (const verb of [
      { verb: "qemu", given: {} },
      { verb: "accelerator", given: { accelerator: "kvm" } },
    ] as const) {
      const child = node({ ...process.env, PATH: `${folder}:${process.env["PATH"]}` });
      const client = await agentOn("h2", undefined, child);
      const asked = failure(client.ask(verb.verb, verb.given as never, 20 * second));
      for (let tries = 0; whatIsLeft(folderOf("h2")).processes.length < 2; tries++) {
        assert.ok(tries < 200, `${verb.verb} starts a process that is found`);
        await sleep(20);
      }
      child.kill("SIGKILL");
      assert.match(await asked, /its agent ended/);
      assert.is((await endMade(folderOf("h2"), second)).processes, 1);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** What an agent says to `lines`, until it ends. */
const answersTo = async (lines: string): Promise<string[]> => {
  const child = node();
  let said = "";
  child.stdout.on("data", (chunk) => {
    said += chunk;
  });
  child.stdin.on("error", () => {});
  child.stdin.write(`${JSON.stringify(program)}\n${lines}`);
  await once(child, "close");
  return said.trim().split("\n");
};

agent("believes nothing of a controller that breaks the protocol, and leaves nothing for it", async () => {
  const hello = `${JSON.stringify(greetingTo("h1"))}\n`;
  for (const [lines, reason] of [
    ["hello\n", /no JSON/],
    [`${JSON.stringify({ ...greetingTo("h1"), host: "../x" })}\n`, /no greeting/],
    [`${JSON.stringify({ ...greetingTo("h1"), snapback: 2 })}\n`, /no greeting/],
    [`${hello}{"id":1,"verb":"toString","arguments":{}}\n`, /no request/],
    [`${hello}{"id":1,"verb":"__proto__","arguments":{}}\n`, /no request/],
    [`${hello}{"id":-1,"verb":"ping","arguments":{}}\n`, /no request/],
    [`${hello}{"id":1,"verb":"ping","arguments":{},"more":1}\n`, /no request/],
    [`${hello}${"x".repeat(2 ** 20 + 1)}`, /more than 1048576 bytes/],
  ] as const) {
    const { fatal } = JSON.parse((await answersTo(lines)).at(-1)!);
    assert.match(fatal, reason);
  }
  assert.not(existsSync(folderOf("h1")));
});

agent("refuses what a verb does not take, names that are paths above all", async () => {
  const client = await agentOn("h1");
  for (const name of ["../x", "/etc/passwd", "a/b", ".", "", "x\n"])
    assert.match(await failure(client.ask("readFile", { name, offset: 0, bytes: 1 }, second)), /not what it takes/);
  assert.match(await failure(client.ask("spawn", { name: "x", command: [] }, second)), /not what it takes/);
  await client.close(10 * second);
});

agent("is not heard any further when its host says something else", async () => {
  const says = (script: string) => {
    const child = spawn(process.execPath, ["-e", script]);
    started.push(child);
    return AgentClient.start(child, "", greetingTo("h1"), 5000);
  };
  assert.match(
    await failure(says(`console.log("Welcome to \\x1b[1mh1")`)),
    /h1: said "Welcome to +\[1mh1".*startup files/,
  );
  assert.match(await failure(says(`console.log('{"ready":1,"and":2}')`)), /no agent says/);
  assert.match(await failure(says(`process.stdout.write("x".repeat(3e6))`)), /more than 1048576 bytes/);
  assert.match(await failure(says(`console.error("no node here")`)), /its agent ended: no node here/);
  const steering = await says(
    `console.log('{"ready":1}');setTimeout(()=>console.log('{"id":1,"result":{"processes":0,"inUse":"a\\\\u001b[2Jb"}}'),300);setTimeout(()=>{},5000)`,
  );
  assert.is((await steering.ask("left", {}, 5 * second)).inUse, "a [2Jb");
  await steering.close(1);
  const lying = await says(`console.log('{"ready":1}');console.log('{"id":1,"result":{"processes":"many"}}')`);
  const { message } = await lying.ask("left", {}, second).catch((error) => error);
  assert.match(message, /answered left with something else|its agent ended/);
});

agent("takes no folder that another could look into", async () => {
  const hosts = dirname(folderOf("h1"));
  mkdirSync(dirname(hosts), { recursive: true, mode: 0o700 });
  for (const take of [() => mkdirSync(hosts, { mode: 0o755 }), () => symlinkSync("/tmp", hosts)]) {
    take();
    assert.match(await failure(agentOn("h1")), /must be a folder of this user/);
    rmSync(hosts, { recursive: true });
  }
});

agent(
  "finds out about QEMU by running it",
  skipUnless(
    () => findCommand("qemu-system-x86_64"),
    "needs qemu-system-x86_64",
    async () => {
      const client = await agentOn("h2");
      const { version } = await client.ask("qemu", {}, 20 * second);
      assert.match(version, /^\d+\.\d+\.\d+$/);
      assert.equal((await client.ask("accelerator", { accelerator: "tcg" }, 20 * second)).reason, null);
      await client.close(10 * second);
    },
  ),
);

agent(
  "captures a guest on its host, and restores it there",
  skipUnless(
    () => findCommand("qemu-system-x86_64"),
    "needs qemu-system-x86_64",
    async () => {
      const client = await agentOn("h3");
      await client.ask("writeFile", { name: "disk", offset: 0, data: stampingGuest.toString("base64") }, second);
      const qemu = async (name: string, ...more: string[]): Promise<string> => {
        const bare = ["qemu-system-x86_64", "-nodefaults", "-display", "none", "-accel", "tcg", "-m", "64", ...more];
        const drive = [
          "-drive",
          "file=disk,format=raw,if=ide,snapshot=on",
          "-qmp",
          `unix:${name}.sock,server=on,wait=off`,
        ];
        await client.ask("spawn", { name, command: [...bare, ...drive] }, 5 * second);
        // Until its socket is there; the agent looks at files by name alone.
        await sleep(second);
        return `${name}.sock`;
      };
      const taken = { name: "snapshot", milliseconds: 20 * second };
      const source = await qemu("source");
      const { bytes } = await client.ask("capture", { ...taken, qmp: source, mode: "post-copy" }, 40 * second);
      assert.ok(bytes > 100_000);
      const again = client.ask("capture", { ...taken, qmp: source, mode: "post-copy" }, 40 * second);
      assert.match(await failure(again), /EEXIST/);
      const target = await qemu("target", "-incoming", "defer", "-S");
      await client.ask("restore", { ...taken, qmp: target, run: true }, 40 * second);
      await client.close(15 * second);
      assert.not(existsSync(folderOf("h3")));
    },
  ),
);

agent.run();
