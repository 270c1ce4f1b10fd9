import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Verdict } from "../../real/guest/guest-port.ts";
import { foundBy } from "../../real/replay/well-guests.ts";

const well: Verdict = {
  ...{ verified: true, sequence: 9, pages: 10, badPages: 0, first: "", blocks: 4, blocksBehind: 0, blocksAhead: 0 },
  ...{
    blocksTorn: 0,
    cached: 6,
    cachedBad: 0,
    keys: 0,
    keysBehind: 0,
    keysAhead: 0,
    processes: 1,
    killed: 0,
    wrong: 0,
  },
};
const ill = { ...well, verified: false };

test("what a guest finds in itself is told by what it lacks: processes that were killed are no pages of another moment", () => {
  assert.equal(foundBy(well), []);
  assert.equal(foundBy({ ...ill, killed: 1 }), ["1 of its processes killed for memory that was lost"]);
  assert.equal(foundBy({ ...ill, wrong: 2 }), ["2 of its processes ended for what they read"]);
  assert.equal(foundBy({ ...ill, badPages: 3, cachedBad: 1, blocksTorn: 1, killed: 1 }), [
    "1 of its processes killed for memory that was lost",
    "3 pages and 2 blocks of another moment",
  ]);
  assert.equal(foundBy(ill), ["0 pages and 0 blocks of another moment"]);
});

test.run();
