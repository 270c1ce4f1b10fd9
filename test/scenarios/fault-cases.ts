import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { faults } from "./overlay.ts";

/** A text with one fault, found at `line:column` with a message that matches. */
export type FaultCase = readonly [law: string, text: string, where: string, message: RegExp];

/** Tests that each text is refused at its place, with its message and no other. */
export const tellFaults = (test: Test, cases: readonly FaultCase[]): void => {
  for (const [law, text, where, message] of cases)
    test(`${law} is told at its line and column`, () => {
      const [first, ...others] = faults(text);
      assert.ok(first!.startsWith(`a.yaml:${where}: `), `${first} is not at ${where}`);
      assert.match(first!.slice(`a.yaml:${where}: `.length), message);
      assert.equal(others, []);
    });
};
