import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Policy } from "../../models/testbed.ts";
import { awaiting, RealProcess } from "../../real/replay/real-process.ts";

const test = suite("a policy in real time");
const never = (): Promise<never> => new Promise(() => {});
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => assert.unreachable("it must fail"),
    (error) => error,
  );

test("gets what it waits for, and errors where it waits", async () => {
  const seen: unknown[] = [];
  const policy = function* (): Policy {
    seen.push(yield* awaiting(async () => 1));
    try {
      yield* awaiting(() => Promise.reject(new Error("broken")));
    } catch (error) {
      seen.push((error as Error).message);
    }
    seen.push(yield* awaiting(async () => 2));
  };
  await new RealProcess(policy()).ended;
  assert.equal(seen, [1, "broken", 2]);
});

test("does not begin before whoever makes it has it, and what it throws ends it", async () => {
  let begun = false;
  const process = new RealProcess(
    (function* (): Policy {
      begun = true;
      yield* awaiting(async () => {});
      throw new Error("of its own");
    })(),
  );
  assert.not(begun);
  assert.is(((await failure(process.ended)) as Error).message, "of its own");
  assert.not(process.isAlive);
});

test("is interrupted where it waits, in order, and what it waited for is told that nobody does", async () => {
  const seen: string[] = [];
  let signal: AbortSignal | undefined;
  const process = new RealProcess(
    (function* (): Policy {
      for (;;)
        try {
          yield* awaiting((given) => {
            signal = given;
            return never();
          });
        } catch (error) {
          seen.push((error as Error).message);
          if (seen.length === 3) return;
        }
    })(),
  );
  await tick();
  assert.not(signal!.aborted);
  const first = signal!;
  process.interrupt(new Error("one"));
  process.interrupt(new Error("two"));
  await tick();
  assert.equal(seen, ["one", "two"]);
  assert.ok(first.aborted);
  process.interrupt(new Error("three"));
  await process.ended;
  assert.equal(seen, ["one", "two", "three"]);
});

test("loses no interrupt that comes at the very moment when its wait is over", async () => {
  let finish: (value: string) => void = () => {};
  const seen: string[] = [];
  const process = new RealProcess(
    (function* (): Policy {
      try {
        seen.push(
          yield* awaiting(
            () =>
              new Promise<string>((resolve) => {
                finish = resolve;
              }),
          ),
        );
        yield* awaiting(never);
      } catch (error) {
        seen.push((error as Error).message);
      }
    })(),
  );
  await tick();
  finish("done");
  process.interrupt(new Error("failed"));
  await process.ended;
  assert.is(seen.at(-1), "failed");
});

test("that is killed runs what it has in finally, and ends without an error", async () => {
  let ended = false;
  const process = new RealProcess(
    (function* (): Policy {
      try {
        yield* awaiting(never);
      } finally {
        ended = true;
      }
    })(),
  );
  await tick();
  process.kill();
  await process.ended;
  assert.ok(ended);
  const unborn = new RealProcess(
    (function* (): Policy {
      yield* awaiting(async () => assert.unreachable("it was killed before it began"));
    })(),
  );
  unborn.kill();
  await unborn.ended;
});

test.run();
