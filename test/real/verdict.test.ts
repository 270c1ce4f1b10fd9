import { suite } from "uvu";
import * as assert from "uvu/assert";
import { validationReport, verdictOf } from "../../real/commands/validation-report.ts";
import { errorInterval } from "../../real/study/error-interval.ts";
import { judge, type ValidatedPoint } from "../../real/study/validation.ts";
import { Streams } from "../../sim/index.ts";

const verdicts = suite("a verdict on the model");

const scatter = 0.1;

/** Settings whose captures lie around what is simulated, each setting off by a factor of its own. */
const points = (offs: readonly number[], captures = 20): ValidatedPoint[] => {
  const draws = new Streams(3).get("noise");
  return offs.map((off, i) => {
    const simulated = { pause: 0.1 * (i + 1), captureDuration: i + 1, captureBytes: 1e8 * (i + 1) };
    const measured = Array.from({ length: captures }, () => {
      const factor = off * (1 + scatter * draws.normal(0, 1));
      return {
        pause: simulated.pause * factor,
        captureDuration: simulated.captureDuration * factor,
        captureBytes: simulated.captureBytes * factor,
      };
    });
    return { setting: `${i}`, mode: "post-copy", panel: "", x: i, measured, simulated };
  });
};

const verdict = (offs: readonly number[]): string =>
  verdictOf([judge("captureDuration", "all", points(offs), scatter)]).join("\n");

verdicts("is good where the model is right", () => {
  assert.is(
    verdict(Array.from({ length: 12 }, () => 1)),
    "All goals are met on settings that nothing was fitted to.\nNo error is more than noise would make of a right model.\nAll are shown to be within 15 %.",
  );
});

verdicts("names goals that are missed, and what is wrong beyond noise", () => {
  const found = verdict(Array.from({ length: 12 }, () => 1.5));
  assert.match(found, /^NOT met: captureDuration of all \(3[23]\.\d %\)\.$/m);
  assert.match(found, /^More than noise: captureDuration of all: /m);
  assert.match(found, /^Not shown to be within 15 %: captureDuration of all\.$/m);
  assert.match(found, /^Single captures scatter otherwise than the calibration foresees: captureDuration of all\.$/m);
});

verdicts("does not praise a goal that is met by chance", () => {
  const found = verdict([1, 1, 1, 1.55]);
  assert.match(found, /^All goals are met/);
  assert.match(found, /^Met, and by chance as far as the interval tells: captureDuration of all\.$/m);
});

verdicts("tells each figure's errors, distances and coverage in a row", () => {
  const own = points([1, 1, 1, 1]);
  const text = validationReport([judge("pause", "all", own, scatter)], own.length);
  assert.match(text, /^pause +all +4 +80 .* % to .* % +30\.0 % +met /m);
  assert.match(text, /MAPE +95 % .*KS +p +W1 +covered/);
});

verdicts("intervals of mean errors hold their truth nearly as often as they say", () => {
  assert.equal(errorInterval([0.25, 0.25], "same"), { lower: 0.25, upper: 0.25 });
  let held = 0;
  const trials = 200;
  for (let seed = 1; seed <= trials; seed++) {
    const draws = new Streams(seed).get("errors");
    const errors = Array.from({ length: 20 }, () => Math.abs(draws.normal(0, 0.1)));
    const { lower, upper } = errorInterval(errors, `${seed}`);
    const truth = 0.1 * Math.sqrt(2 / Math.PI);
    if (lower <= truth && truth <= upper) held++;
  }
  // Percentiles of 20 settings hold a few per cent less than 95.
  assert.ok(held / trials > 0.86 && held / trials < 0.985, `${held} of ${trials}`);
});

verdicts.run();
