import { test } from "uvu";
import * as assert from "uvu/assert";
import { Fingerprint, type Process, Resource, Simulation } from "../../sim/index.ts";

/** A shop with one desk: its customers come after the `gaps`, with these names. */
function shop(gaps: readonly number[], names = "customer"): Fingerprint {
  const trace = new Fingerprint();
  const sim = new Simulation({ trace });
  const desk = new Resource(sim);
  function* customer(): Process {
    using turn = desk.request();
    yield* turn;
    yield* sim.timeout(1);
  }
  function* source(): Process {
    for (const [index, gap] of gaps.entries()) {
      yield gap;
      sim.process(customer(), `${names} ${index}`);
    }
  }
  sim.process(source(), "source");
  sim.run();
  return trace;
}

const gaps = [0.1, 0.2, 3, 0.5];

test("the same run has the same fingerprint", () => {
  const [one, two] = [shop(gaps), shop(gaps)];
  assert.is(one.digest, two.digest);
  assert.is(one.happenings, two.happenings);
  assert.match(one.digest, /^[0-9a-f]{16}$/);
});

test("the last bit of one time, one name, and one event more or less make another fingerprint", () => {
  const digests = [
    shop(gaps),
    shop([0.1 + Number.EPSILON / 16, 0.2, 3, 0.5]),
    shop([0.1, 0.2, 3]),
    shop([0.2, 0.1, 3, 0.5]),
    shop(gaps, "Customer"),
  ].map((trace) => trace.digest);
  assert.is(new Set(digests).size, digests.length);
});

test("the order of two happenings at one instant shows in the fingerprint", () => {
  const [ab, ba] = ["ab", "ba"].map((order) => {
    const trace = new Fingerprint();
    const sim = new Simulation({ trace });
    for (const name of order) sim.timer(() => {}, name).arm(1);
    sim.run();
    return trace;
  });
  assert.is(ab?.happenings, ba?.happenings);
  assert.is.not(ab?.digest, ba?.digest);
});

test("fingerprints spread over all their bits", () => {
  // Of 2000 digests each of the 64 bits is set in about half: 6 standard deviations are 134.
  const counts = new Array<number>(64).fill(0);
  for (let run = 0; run < 2000; run++) {
    const trace = new Fingerprint();
    trace.record(run, "timer", { name: "t" });
    const bits = BigInt(`0x${trace.digest}`);
    for (let bit = 0; bit < 64; bit++) counts[bit]! += Number((bits >> BigInt(bit)) & 1n);
  }
  assert.ok(
    counts.every((count) => Math.abs(count - 1000) < 134),
    counts.join(" "),
  );
});

test("observing does not change the run", () => {
  const ends = [new Simulation(), new Simulation({ trace: new Fingerprint() })].map((sim) => {
    const desk = new Resource(sim);
    function* customer(): Process {
      using turn = desk.request();
      yield* turn;
      yield 0.1;
    }
    for (let i = 0; i < 10; i++) sim.process(customer());
    sim.run();
    return sim.now;
  });
  assert.is(ends[0], ends[1]);
});

test.run();
