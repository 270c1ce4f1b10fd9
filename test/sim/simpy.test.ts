import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { skipUnless } from "../runner/skip.ts";
import { engine } from "./core-adapters.ts";
import { type Action, type ClaimSpec, type Operand, type Program, program, type Step } from "./random-program.ts";
import { runProgram } from "./run-program.ts";

const PROGRAMS = 5000;
const interpreter = fileURLToPath(new URL("simpy-programs.py", import.meta.url));

/** A Python that has SimPy: Debian's own, for its package python3-simpy3, or the first on the path. */
const pythonWithSimPy = (): string | undefined =>
  ["/usr/bin/python3", "python3"].find((python) => spawnSync(python, ["-c", "import simpy"]).status === 0);

// SimPy has no kill and no timers; it leaves the claims of interrupted processes in their queues; it serves a request
// that may preempt before one of the same priority and time that may not; nobody may preempt himself.
const withoutClaims = (operand: Operand): Operand => {
  if (operand.kind === "claim") return { kind: "event", which: operand.which };
  return "of" in operand ? { kind: operand.kind, of: operand.of.map(withoutClaims) } : operand;
};

const plain = (claim: ClaimSpec): ClaimSpec => {
  if (claim.kind === "request") return { ...claim, preempt: true };
  return claim.kind === "put" || claim.kind === "get" ? { ...claim, amount: 1 } : claim;
};

const known = (action: Action): boolean => ["interrupt", "succeed", "fail"].includes(action.do);

const inSimPy = (steps: readonly Step[], holding = false): Step[] =>
  steps.flatMap((step): Step[] => {
    switch (step.do) {
      case "wait":
        return step.delay >= 0 && step.delay < Number.POSITIVE_INFINITY ? [step] : [];
      case "await":
        return [{ ...step, what: withoutClaims(step.what) }];
      case "spawn":
        return [{ ...step, body: inSimPy(step.body) }];
      case "use": {
        const request = step.claim.kind === "request";
        if (request && holding) return [];
        return [{ ...step, claim: plain(step.claim), body: inSimPy(step.body, holding || request) }];
      }
      case "guard":
        return [{ ...step, body: inSimPy(step.body, holding), finally: inSimPy(step.finally, holding) }];
      case "repeat":
        return [{ ...step, body: inSimPy(step.body, holding) }];
      case "throw":
      case "return":
        return [step];
      case "claim":
      case "nonsense":
        return [];
      default:
        return known(step) ? [step] : [];
    }
  });

const programInSimPy = (drawn: Program): Program => ({
  ...drawn,
  shelves: drawn.shelves.map((shelf) => ({ ...shelf, kind: "fifo" })),
  timers: [],
  bySteps: false,
  pauses: drawn.pauses.filter((pause) => pause > 0),
  processes: drawn.processes.map((process) => ({ ...process, steps: inSimPy(process.steps) })),
});

/** Without what SimPy cannot say: the time of a timeout that nobody awaits any more, and names of errors. */
const comparable = (line: string): string =>
  line
    .replace(/^\S+ until \S+ next \S+/, "until")
    .replace(/(?<=claims )\S+/, (claims) => claims.replaceAll(/TP?-/g, "-"))
    .replace(/( cannot \w+):.*/, "$1");

test(
  "random programs leave the same trail on the core as on SimPy",
  skipUnless(pythonWithSimPy, "no Python with SimPy is installed (Debian: python3-simpy3)", (python) => {
    const programs = fc.sample(program, { numRuns: PROGRAMS, seed: 20261106 }).map(programInSimPy);
    const input = programs.map((drawn) => JSON.stringify(drawn)).join("\n");
    const { status, stdout, stderr } = spawnSync(python, [interpreter], {
      input,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    assert.is(status, 0, stderr);
    const answers = stdout.trim().split("\n");
    assert.is(answers.length, programs.length);
    let compared = 0;
    for (const [index, answer] of answers.entries()) {
      const simpy = JSON.parse(answer) as { trail: readonly string[]; comparable: boolean };
      if (!simpy.comparable) continue;
      compared++;
      const drawn = programs[index]!;
      const ours = runProgram(drawn, engine()).map(comparable);
      assert.equal(ours, simpy.trail.map(comparable), `program ${JSON.stringify(drawn)}`);
    }
    assert.ok(compared > 0.8 * PROGRAMS, `only ${compared} programs could be compared`);
  }),
);

test.run();
