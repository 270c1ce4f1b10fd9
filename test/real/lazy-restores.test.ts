import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mostTouched } from "../../real/capture/touched.ts";
import type { Heartbeat } from "../../real/guest/guest-port.ts";
import { touchedFirst } from "../../real/replay/lazy-restores.ts";
import { givenUp, slowUntil } from "../../real/replay/responsiveness.ts";
import { TestbedError } from "../../real/testbed-error.ts";

const test = suite("guests that run before their pages are there");

const beat = (written: readonly number[], late: number): Heartbeat => ({
  ...{ beat: 1, at: 1, sequence: 1, written: [...written], late, blocks: 0 },
  ...{ sent: [0, 0], received: [0, 0], dropped: 0, keys: 0 },
});

test("are as fast as before once they give up few of their writes", async () => {
  assert.is(givenUp(beat([10, 20], 5), beat([40, 50], 25)), 0.25);
  assert.is(givenUp(beat([10], 5), beat([10], 5)), 0, "a guest that has nothing to write is not slow");
  const told = [beat([0], 0), beat([50], 50), undefined, beat([150], 50), beat([250], 50), beat([345], 55)];
  const heard = [...told];
  let asked = 0;
  let over: () => void = () => {};
  const whole = new Promise<void>((resolve) => {
    over = resolve;
  });
  const guest = {
    beat: async (): Promise<Heartbeat> => {
      const next = heard.length > 1 ? heard.shift() : heard[0];
      asked += 1;
      if (next === undefined) throw new TestbedError("no heartbeat");
      return next;
    },
  };
  // A clock that counts heartbeats: that of the third did not come, and the last one lost just 5 %.
  const slow = slowUntil(guest, whole, () => asked);
  while (asked < told.length + 1) await sleep(10);
  over();
  assert.is(await slow, 3);
  const never = slowUntil(guest, Promise.reject(new TestbedError("it failed")), () => 7);
  assert.is(await never, 7);
});

test("are expected to touch what they touched before, and what they were found to lack", () => {
  assert.equal(touchedFirst([], [3, 1, 3]), [3, 1]);
  assert.equal(touchedFirst([3, 1], [2, 1]), [3, 1, 2]);
  const many = Array.from({ length: mostTouched }, (_, i) => i);
  assert.is(touchedFirst(many, [mostTouched + 1]).length, mostTouched);
});

test.run();
