import assert from "node:assert/strict";
import { test } from "uvu";
import { CommandError } from "../../scenarios/commands/command-line.ts";
import { saving } from "../../scenarios/commands/saving.ts";
import { capturedLine } from "./captured-line.ts";

const asked = { set: [], target: "70%", copies: 3 };
const said = (given: object): string => {
  const { line, out } = capturedLine(process.cwd());
  saving(line, { ...asked, ...given });
  return out();
};

test("a claim beyond the ceiling is said to need dropping, and what PARS published to need a third once and 48 % dropped", () => {
  const text = said({});
  assert.match(text, /70 % needs pages to be dropped: one copy of all saves 66\.7 % of 3 copies\. 3 c \+ s = 0\.9;/);
  assert.match(text, /19 % critical \(PARS .*only when 48 % of the pages are dropped and 33 % kept once/);
});

test("a claim that a published mix cannot have is flagged", () => {
  assert.match(said({ target: "85%" }), /19 % critical .*contradicts the claim: at most 15 % may be critical/);
  assert.match(said({ target: "0.95" }), /81 % can be dropped .*contradicts the claim, even if all other/);
});

test("beside a scenario stands what each storage policy saves on its page mix", () => {
  const { own } = JSON.parse(
    said({ scenario: "second-level-snapshots", set: ["cluster.workload=idle"], json: true }),
  ) as {
    own: { policy: string; saving: number }[];
  };
  const of = (policy: string): number => own.find((one) => one.policy === policy)!.saving;
  assert.equal(of("replicate-all"), 0);
  assert.ok(Math.abs(of("page-aware-single") - 0.54) < 1e-4, "PARS on 19 % critical pages");
  assert.ok(Math.abs(of("erasure-coded") - 0.5) < 1e-9);
});

test("targets and copies that mean nothing are refused by their option", () => {
  assert.throws(() => said({ target: "110%" }), /--target: expected a saving between 0 and 100 %/);
  assert.throws(() => said({ target: "much" }), /--target: expected a fraction/);
  assert.throws(() => said({ copies: 1 }), /--copies: expected a whole number from 2 on/);
  const random = ["storage.deduplication=host", "rollback.placement=random"];
  assert.throws(
    () => said({ scenario: "second-level-snapshots", set: random }),
    (error: Error) =>
      error instanceof CommandError && /^with rollback\.placement: random it is up to chance/.test(error.message),
  );
  assert.throws(() => said({ scenario: "textbook" }), /page mixes are those of a cluster, not of textbook/);
});

test.run();
