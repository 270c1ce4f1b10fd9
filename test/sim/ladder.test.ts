import { test } from "uvu";
import * as assert from "uvu/assert";
import { Ladder } from "../../sim/ladder.ts";

test("an entry that is later than a spent rung but earlier than the rung above is found again", () => {
  const ladder = new Ladder<number>();
  // 50 near entries and a far one make a rung whose first bucket becomes a finer rung; popping spends all of that.
  for (let time = 0; time < 50; time++) ladder.push(time, time);
  ladder.push(200_000, 200_000);
  for (let time = 0; time < 50; time++) {
    assert.is(ladder.peek(), time);
    ladder.pop();
  }
  ladder.push(60, 60);
  assert.is(ladder.peek(), 60);
  assert.is(ladder.pop(), 60);
  assert.is(ladder.peek(), 200_000);
});

test.run();
