import { suite } from "uvu";
import * as assert from "uvu/assert";
import { closedForms, type Metrics, simulate } from "../../scenarios/simulate.ts";
import { closeTo } from "../models/close-to.ts";
import { faults, load } from "./overlay.ts";

const test = suite("textbook scenarios");

const metrics = (text: string): Metrics => {
  const { points } = load(`extends: textbook\n${text}`);
  return simulate(points[0]!.scenario, { seed: 1, replication: 0 }).metrics;
};
const theory = (text: string): Metrics => closedForms(load(`extends: textbook\n${text}`).points[0]!.scenario);

/** Down for 300 s from 300 s on, restoring is free. */
const outage = "pause: 1s\ndetect: 300s\nrestore: 0s\nfailures: [300]\nwork: 600s\n";

test("a job that fails at 300 s for 300 s takes 1200 s without snapshots and 965 s with one a minute", () => {
  assert.is(metrics(`${outage}workInterval: none`)["finish"], 1200);
  assert.is(metrics(`${outage}workInterval: none\n`.replace("[300]", "[6000]"))["finish"], 600, "failing long after");
  const periodic = metrics(`${outage}workInterval: 60s`);
  assert.equal([periodic["finish"], periodic["timeSnapshot"], periodic["lostWork"]], [965, 9, 56]);
  assert.is(metrics(`${outage}workInterval: 60s`.replace("600s", "20m"))["finish"], 1200 + 300 + 19 + 56);
});

test("silent errors, levels and exponential phases are written in a scenario, and their closed forms stand beside it", () => {
  const silent =
    "workInterval: 1h\nverify: 30s\npause: 30s\ndetect: 0s\nrestore: 60s\nsilentErrors: { law: exponential, mean: 2d }";
  closeTo(theory(silent)["workRatio"]!, 0.942_256_446_371_815_6, 1e-9, "silent-verify-1");
  const two =
    "workInterval: 15m\npause: 5s\ndetect: 20s\nrestore: 0s\nfailures: { mean: 4h }\n" +
    "secondLevel: { every: 4, pause: 60s, detect: 180s, restore: 0s, failures: { law: exponential, mean: 1d } }";
  closeTo(theory(two)["workRatio"]!, 0.923_542_170_353_121_1, 1e-9, "two-level-1");
  const chain =
    "phases: exponential\nvms: 16\nfailures: { mean: 30d }\nworkInterval: 30m\npause: 20s\ndetect: 30s\nrestore: 90s";
  closeTo(theory(chain)["workRatio"]!, 0.977_299_293_669_839_4, 1e-9, "ctmc-coord-2");
  closeTo(theory(chain)["availability"]!, 0.988_280_169_546_999_4, 1e-9, "ctmc-coord-2");
  for (const text of [silent, two, chain]) {
    const { workRatio } = metrics(text);
    // A thousand days have some hundred failures.
    closeTo(workRatio!, theory(text)["workRatio"]!, 0.01, text);
  }
});

for (const [what, line, fault] of [
  ["no whole number of VMs", "vms: 2.5", /^a\.yaml:2:6: vms: expected a whole number/],
  ["VMs beside a list", "vms: 4\nfailures: [3]", /vms: the listed failures are those of all VMs together/],
  ["no kind of phases", "phases: random", /phases: .*fixed.*exponential/],
  ["a job of exponential phases", "phases: exponential\nwork: 3h", /work: a job is cut into intervals of fixed length/],
  [
    "a latency of exponential phases",
    "phases: exponential\nlatency: 2m",
    /latency: with exponential phases a snapshot/,
  ],
  ["exponential phases without end", "phases: exponential\nworkInterval: none", /workInterval: has no mean/],
  ["a negative verification", "verify: -3s", /^a\.yaml:2:9: verify: /],
  ["silent errors without law", "silentErrors: often", /silentErrors/],
  ["silent errors of an impossible law", "silentErrors: { law: weibull, shape: 0, mean: 3d }", /silentErrors\.shape/],
  [
    "a second level without its failures",
    "secondLevel: { every: 4, pause: 1s, detect: 0s, restore: 1s }",
    /secondLevel\.failures/,
  ],
  [
    "a second level that is never taken",
    "secondLevel: { every: 0, pause: 1s, detect: 0s, restore: 1s, failures: [] }",
    /^a\.yaml:2:23: secondLevel\.every: must be at least 1/,
  ],
  [
    "a misspelt key of the second level",
    "secondLevel: { evry: 4, pause: 1s, detect: 0s, restore: 1s, failures: [] }",
    /evry: unknown key; did you mean every\?/,
  ],
] as const)
  test(`refused: ${what}`, () => {
    const found = faults(`extends: textbook\n${line}`);
    assert.ok(
      found.some((one) => fault.test(one)),
      found.join("\n"),
    );
  });

test.run();
