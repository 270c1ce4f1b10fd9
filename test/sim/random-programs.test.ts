import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { engine, referenceCore } from "./core-adapters.ts";
import { program } from "./random-program.ts";
import { runProgram } from "./run-program.ts";

const PROGRAMS = 4000;
const SEED = 20261101;

test("random programs leave the same trail on the core as on the slow reference implementation", () => {
  fc.assert(
    fc.property(program, (drawn) => {
      assert.equal(runProgram(drawn, engine()), runProgram(drawn, referenceCore()));
    }),
    { numRuns: PROGRAMS, seed: SEED },
  );
});

test("random programs do everything that a program can do", () => {
  const trails = fc.sample(program, { numRuns: 1000, seed: SEED }).map((drawn) => runProgram(drawn, engine()));
  const lines = trails.flat();
  const events = [
    / gets undefined after/,
    / gets anyOf .*\+/,
    / gets allOf .*\+/,
    / gets event of/,
    / joins value of/,
    / has (request|put|get|store|fetch)/,
    / leaves (request|put|get|store|fetch)/,
    / meets Interrupt by/,
    / meets Preemption by p/,
    / meets failure of/,
    / kills p/,
    / cleans up/,
    / (cancels|releases) claim/,
    / cannot interrupt: InterruptedTheDead/,
    / cannot interrupt: InterruptedItself/,
    / cannot kill: KilledWhileRunning/,
    / cannot cancel: CancelledTooLate/,
    / cannot release: ReleasedTwice/,
    / meets WaitedForCancelled/,
    / meets WaitedForReleased/,
    / meets InvalidDelay/,
    / meets NotAnEvent/,
    /^\S+ timer \d (interrupts|kills|triggers|fails|arms)/,
    / run throws UnhandledFailure/,
    / until 0\.\d+ next/,
  ];
  for (const event of events) {
    const count = lines.filter((line) => event.test(line)).length;
    assert.ok(count >= 20, `1000 programs had only ${count} lines like ${event}`);
  }
});

test.run();
