import { test } from "uvu";
import * as assert from "uvu/assert";
import { Line } from "../../sim/line.ts";
import { Streams } from "../../sim/streams.ts";

interface Thing {
  readonly rank: number;
  readonly name: number;
}

test("a line keeps the order of an array that is sorted stably, however long it gets", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const stream = new Streams(seed).get("line");
    const below = (limit: number) => Math.floor(limit * stream.next());
    const line = new Line<Thing>((a, b) => a.rank < b.rank);
    const sorted: Thing[] = [];
    for (const [steps, inserted] of [
      [6000, 0.95],
      [6000, 0.4],
      [2000, 0.6],
    ] as const) {
      for (let step = 0; step < steps; step++) {
        if (sorted.length === 0 || stream.next() < inserted) {
          const thing = { rank: below(seed === 1 ? 1 : 40), name: step };
          line.insert(thing);
          sorted.splice(sorted.findLastIndex((other) => other.rank <= thing.rank) + 1, 0, thing);
        } else {
          const how = below(3);
          const place = how === 0 ? 0 : below(sorted.length);
          const [thing] = sorted.splice(place, 1) as [Thing];
          if (how === 0) assert.is(line.shift(), thing);
          else if (how === 1) assert.is(line.take(place), thing);
          else line.remove(thing);
        }
        assert.is(line.length, sorted.length);
        assert.is(line.first, sorted[0]);
        if (step % 100 === 0) assert.equal([...line.view], sorted);
      }
    }
  }
});

test("a thing that is not in a line is not taken out of it", () => {
  const line = new Line<number>((a, b) => a < b);
  for (const thing of [1, 2, 2, 3]) line.insert(thing);
  line.remove(4);
  line.remove(0);
  line.remove(2);
  assert.equal(line.view, [1, 2, 3]);
  assert.is(line.length, 3);
});

test("a hundred thousand stand in a line and leave it one by one, from the front, the middle or the end", () => {
  // Moving all the others each time would take 10^10 moves: the run would not end within the limit of a test file.
  for (const leave of ["front", "any", "end"]) {
    const line = new Line<number>((a, b) => a < b);
    for (let i = 0; i < 100_000; i++) line.insert((i * 7919) % 100_003);
    const things = [...line.view];
    if (leave === "any") things.sort((a, b) => ((a * 104_729) % 100_003) - ((b * 104_729) % 100_003));
    if (leave === "end") things.reverse();
    for (const thing of things) {
      if (leave === "front") assert.is(line.shift(), thing);
      else line.remove(thing);
    }
    assert.is(line.length, 0);
    assert.equal(line.view, []);
  }
});

test.run();
