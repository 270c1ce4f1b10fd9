import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { engine, referenceCore } from "./core-adapters.ts";
import { program } from "./random-program.ts";
import { runProgram } from "./run-program.ts";

const PROGRAMS = 3000;

test("random programs leave the same trail on the core as on the slow reference implementation", () => {
  fc.assert(
    fc.property(program, (drawn) => {
      assert.equal(runProgram(drawn, engine()), runProgram(drawn, referenceCore()));
    }),
    { numRuns: PROGRAMS, seed: 20261101 },
  );
});

test.run();
