import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { QmpClient } from "../../real/qmp/client.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { withFakeQmp } from "./fake-qmp-server.ts";

const event = (name: string, data = {}) => ({ event: name, data, timestamp: { seconds: 7, microseconds: 500000 } });
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error,
  ) as Promise<Error>;
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

test("replies are matched by id, whatever their order, the bytes they split at, and the events around them", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const held: number[] = [];
    const before = ({ say }: { say: (message: unknown) => void }) => say(event("EARLY"));
    await withFakeQmp(
      {
        before,
        answer: ({ id }, { say }) => {
          held.push(id);
          say(event("BETWEEN", { text: "gr\u00fc\u00df \u{1f600}" }));
          if (held.length === 3) for (const one of held.reverse()) say({ return: one, id: one });
        },
      },
      seeded(seed),
      async (path) => {
        const client = await QmpClient.connect(path, 5000);
        const events = client.subscribe();
        const replies = await Promise.all(["a", "b", "c"].map((name) => client.execute(name, {}, 5000)));
        assert.equal(replies, [2, 3, 4]);
        // Nobody read the events until now, and the replies came all the same.
        const first = { event: "BETWEEN", data: { text: "gr\u00fc\u00df \u{1f600}" }, timestamp: 7.5 };
        for (let k = 0; k < 3; k++) assert.equal((await events.next()).value, first);
        client.close();
        assert.is((await failure(events.next())).name, "QmpConnectionError");
      },
    );
  }
});

test("a line may be as long as QEMU's longest, and longer", async () => {
  const long = "x".repeat(5_000_000);
  await withFakeQmp({ answer: ({ id }, { say }) => say({ return: long, id }) }, seeded(1), async (path) => {
    const client = await QmpClient.connect(path, 5000);
    assert.ok((await client.execute("long", {}, 5000)) === long);
    client.close();
  });
});

test("a refusal, a deadline and a dropped connection are told apart, and a late reply harms nobody", async () => {
  await withFakeQmp(
    {
      answer: ({ execute, id }, { say, drop }) => {
        if (execute === "refuse") say({ error: { class: "GenericError", desc: "no" }, id });
        else if (execute === "late") setTimeout(() => say({ return: "late", id }), 60);
        else if (execute === "drop") drop();
        else say({ return: "well", id });
      },
    },
    seeded(3),
    async (path) => {
      const client = await QmpClient.connect(path, 5000);
      assert.is((await failure(client.execute("refuse", {}, 5000))).message, "QEMU refused refuse: no (GenericError)");
      assert.is((await failure(client.execute("late", {}, 20))).name, "QmpDeadlineError");
      await sleep(100);
      assert.is(await client.execute("next", {}, 5000), "well");
      assert.is((await failure(client.execute("drop", {}, 5000))).name, "QmpConnectionError");
      assert.is((await failure(client.execute("after", {}, 5000))).name, "QmpConnectionError");
    },
  );
  assert.is((await failure(QmpClient.connect("/nonexistent/qmp", 5000))).name, "QmpConnectionError");
});

test("whatever is no QMP ends its connection, and nothing else", async () => {
  const wrong = [
    "null",
    "[]",
    "{",
    '{"event":3}',
    '{"return":{}}',
    '{"id":2,"error":{"class":{"toString":1},"desc":"no"}}',
  ];
  for (const text of wrong)
    await withFakeQmp({ answer: (_, { mumble }) => mumble(`${text}\n`) }, seeded(4), async (path) => {
      const client = await QmpClient.connect(path, 5000);
      const { name, message } = await failure(client.execute("ask", {}, 5000));
      assert.is(name, "QmpConnectionError", `${text}: ${message}`);
      assert.match(message, /not QMP|without an id/);
    });
});

test("a line without end ends the connection with an error of its own", async () => {
  const limits = { lineBytes: 1000 };
  await withFakeQmp(
    {
      answer: ({ execute, id }, { say, mumble }) => {
        if (execute === "long") say({ return: "x".repeat(900), id });
        else mumble("y".repeat(1001));
      },
    },
    seeded(5),
    async (path) => {
      const client = await QmpClient.connect(path, 5000, limits);
      const events = client.subscribe();
      assert.is(((await client.execute("long", {}, 5000)) as string).length, 900);
      const error = await failure(client.execute("endless", {}, 5000));
      assert.is(error.name, "QmpLineError");
      assert.match(error.message, /sent a line of more than 1000 bytes \(before the reply to endless\)/);
      assert.is((await failure(events.next())).name, "QmpLineError");
      assert.is((await client.closed).name, "QmpLineError");
    },
  );
});

test("events that nobody reads are kept up to the limit, then end their subscription and nothing else", async () => {
  const answer = ({ id }: { id: number }, { say }: { say: (...messages: unknown[]) => void }) =>
    say(...Array.from({ length: 7 }, (_, k) => event(`E${k}`)), { return: {}, id });
  await withFakeQmp({ answer }, seeded(6), async (path) => {
    const client = await QmpClient.connect(path, 5000, { unreadEvents: 5 });
    const [unread, read] = [client.subscribe(), client.subscribe()];
    const names: unknown[] = [];
    const reading = (async () => {
      for await (const one of read) if (names.push(one.event) === 14) return;
    })();
    await client.execute("talk", {}, 5000);
    await client.execute("talk", {}, 5000);
    await reading;
    assert.is(names.length, 14);
    for (let k = 0; k < 5; k++) assert.is((await unread.next()).value?.event, `E${k}`);
    const error = await failure(unread.next());
    assert.is(error.name, "QmpOverflowError");
    assert.match(error.message, /more than 5 events of QEMU wait unread, the last E5/);
    client.close();
  });
});

test("a connection that drops between commands is noticed at once", async () => {
  await withFakeQmp(
    {
      answer: ({ id }, { say, drop }) => {
        say({ return: {}, id });
        setTimeout(drop, 30);
      },
    },
    seeded(7),
    async (path) => {
      const client = await QmpClient.connect(path, 5000);
      await client.execute("last", {}, 5000);
      const reason = await client.closed;
      assert.is(reason.name, "QmpConnectionError");
      assert.match(reason.message, /ended$/);
      assert.is((await failure(client.execute("after", {}, 5000))).message, reason.message);
    },
  );
});

test(
  "QEMU itself answers, refuses, and tells of its events",
  skipUnless(
    () => findCommand("qemu-system-x86_64"),
    "needs qemu-system-x86_64",
    async (qemu) => {
      const folder = mkdtempSync(join(tmpdir(), "snapback-qmp-"));
      const path = join(folder, "qmp");
      const arguments_ = [
        "-M",
        "none",
        "-S",
        "-nodefaults",
        "-display",
        "none",
        "-qmp",
        `unix:${path},server=on,wait=off`,
      ];
      const child = spawn(qemu, arguments_, { stdio: "ignore" });
      const exited = new Promise((resolve) => child.once("exit", resolve));
      try {
        for (let k = 0; k < 200 && !existsSync(path); k++) await sleep(50);
        const client = await QmpClient.connect(path, 5000);
        const events = client.subscribe();
        assert.equal(((await client.execute("query-status", {}, 5000)) as { running: boolean }).running, false);
        assert.is((await failure(client.execute("no-such", {}, 5000))).name, "QmpCommandError");
        await client.execute("quit", {}, 5000);
        assert.is((await events.next()).value?.event, "SHUTDOWN");
        await exited;
      } finally {
        child.kill("SIGKILL");
        await exited;
        rmSync(folder, { recursive: true });
      }
    },
  ),
);

test.run();
