import assert from "node:assert/strict";
import { test } from "uvu";
import { loss } from "../../scenarios/commands/loss.ts";
import { capturedLine } from "./captured-line.ts";

const asked = {
  scenario: "page-aware-copies",
  set: ["cluster.workload=web", "storage.policy=page-aware"],
  mission: "1y",
  estimator: "auto",
  relativeError: "10%",
  maxTime: "1m",
};
const run = (given: object) => {
  const { line, out, err } = capturedLine(process.cwd());
  let now = 0;
  // The pilot and the limits look at the clock: steps of a millisecond make them the same everywhere.
  loss({ ...line, clock: () => (now += 1e-3) }, { ...asked, ...given } as never);
  return { out: out(), err: err() };
};

interface Losses {
  readonly blocked: number;
  readonly fragmentAway: number;
  readonly losses: readonly {
    readonly what: string;
    readonly estimator: string;
    readonly probability: number;
    readonly relativeError: number;
    readonly closedForm?: number;
    readonly meanLikelihood?: { readonly mean: number; readonly error: number };
  }[];
}

test("losses far below what could be seen are estimated within 10 %, by page type, near those of sets that share no hosts", () => {
  const { losses } = JSON.parse(run({ json: true }).out) as Losses;
  assert.deepEqual(
    losses.map(({ what }) => what),
    ["any that a restore needs", "cacheClean, re-read", "cacheDirty, fail", "anonymous, fail", "kernel, fail"],
  );
  for (const { what, estimator, probability, relativeError, closedForm, meanLikelihood } of losses) {
    assert.equal(estimator, "importance", what);
    assert.ok(relativeError <= 0.1, what);
    assert.ok(
      probability < 1e-3 && probability > 0.4 * closedForm! && probability < 1.6 * closedForm!,
      `${what}: ${probability}`,
    );
    assert.ok(Math.abs(meanLikelihood!.mean - 1) < 5 * meanLikelihood!.error, what);
  }
  assert.ok(losses[0]!.probability < 1e-12, "once in a trillion years");
});

test("SimEDC's blocked ratio is that of a single fragment: 4.8e-4 here, 4.43e-4 in its README", () => {
  const { blocked, fragmentAway } = JSON.parse(
    run({ scenario: "simedc", set: [], json: true, relativeError: "60%" }).out,
  ) as Losses;
  assert.ok(Math.abs(fragmentAway / 4.43e-4 - 1) < 0.1, `${fragmentAway}`);
  assert.ok(blocked < 1e-10, "a whole chunk needs six of nine racks");
});

test("the table says how much, by which estimator and why, and what was assumed", () => {
  const { out, err } = run({ estimator: "importance" });
  assert.match(out, /lost within 1y \(95 %\)/);
  assert.match(out, /importance, \d+ \(worth \d+\)/);
  assert.match(out, /a single copy or fragment is away for .* of the time/);
  assert.match(err, /any that a restore needs: importance, asked for/);
});

test("where nothing is lost for good, that is said at once; what was not seen, or hardly ever, is no figure", () => {
  const never = [...asked.set, "failures.host=infinitehbd"];
  const { losses } = JSON.parse(run({ set: never, json: true }).out) as Losses;
  for (const one of losses) assert.deepEqual([one.probability, one.relativeError], [0, 0], one.what);
  const { out, err } = run({ set: never });
  assert.match(err, /anonymous, fail: direct, nothing is lost for good/);
  assert.match(out, /anonymous, fail +\d+ +0 +direct, 0/);
  const hasty = (estimator: string): string =>
    run({ set: [...asked.set, "storage.copies=12"], estimator, maxTime: "1ms" }).out;
  assert.match(hasty("splitting"), /kernel, fail +\d+ +none seen/);
  assert.match(hasty("importance"), /kernel, fail +\d+ +\S+, not settled +importance, 200 \(worth 1\)/);
});

test("what has no laws, several points, or limits that mean nothing is refused", () => {
  assert.throws(
    () => run({ scenario: "availability-vs-interval", set: ["snapshot.interval=1h"] }),
    /failures\.host: losses are estimated from laws, not from trace/,
  );
  assert.throws(() => run({ set: [] }), /sweeps cluster\.workload and storage\.policy/);
  assert.throws(() => run({ scenario: "textbook", set: [] }), /losses are those of a cluster/);
  assert.throws(() => run({ mission: "soon" }), /--mission: expected a duration/);
  assert.throws(() => run({ relativeError: "0" }), /--relative-error: must be above 0/);
  assert.throws(
    () =>
      run({
        estimator: "splitting",
        set: [...asked.set, "failures.host={law: weibull, shape: 0.7, mean: 100d, permanent: 1}"],
      }),
    /exponential laws only, not of weibull lives/,
  );
});

test.run();
