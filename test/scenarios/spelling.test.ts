import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { editDistance, nearest } from "../../scenarios/text/spelling.ts";

const test = suite("spelling");

test("the distance counts insertions, deletions, substitutions and swaps of neighbours", () => {
  assert.is(editDistance("interval", "interval"), 0);
  assert.is(editDistance("intervall", "interval"), 1);
  assert.is(editDistance("intreval", "interval"), 1);
  assert.is(editDistance("kitten", "sitting"), 3);
  assert.is(editDistance("", "abc"), 3);
});

test("the distance is symmetric, and at most as long as the longer word", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      const distance = editDistance(a, b);
      assert.is(distance, editDistance(b, a));
      assert.ok(distance <= Math.max(a.length, b.length) && (distance === 0) === (a === b));
    }),
    { seed: 1 },
  );
});

test("the nearest candidate is offered, but nothing when all are far", () => {
  assert.is(nearest("intervall", ["interval", "intervalFrom", "copies"]), "interval");
  assert.is(nearest("POST-COPY", ["pre-copy", "post-copy"]), "post-copy");
  assert.is(nearest("zebra", ["interval", "copies"]), undefined);
  assert.is(nearest("x", []), undefined);
});

test.run();
