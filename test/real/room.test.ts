import { suite } from "uvu";
import * as assert from "uvu/assert";
import { roomFindings } from "../../real/hosts/room.ts";

const MiB = 2 ** 20;
const test = suite("room on a host");
const plenty = { freeMemoryBytes: 8192 * MiB, freeDiskBytes: 50_000 * MiB, folder: "/var/tmp/x" };

test("that is plenty is no finding", () => {
  assert.equal(roomFindings(plenty), []);
});

test("that is little is odd, and that is none is missing, with what mends it", () => {
  for (const [free, grade] of [
    [100 * MiB, "missing"],
    [600 * MiB, "odd"],
  ] as const) {
    const [memory, ...none] = roomFindings({ ...plenty, freeMemoryBytes: free });
    assert.equal([memory!.grade, none], [grade, []]);
    assert.match(memory!.what, /MiB of memory free: guests of 256 MiB find room for [02]$/);
    const [disk] = roomFindings({ ...plenty, freeDiskBytes: free });
    assert.is(disk!.grade, grade);
    assert.match(`${disk!.what} ${disk!.mend}`, /MiB free in \/var\/tmp\/x, where snapshots lie df -h \/var\/tmp\/x/);
  }
});

test.run();
