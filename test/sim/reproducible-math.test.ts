import assert from "node:assert/strict";
import { test } from "uvu";
import { exp, log, log1p, power } from "../../sim/reproducible-math.ts";
import { Streams } from "../../sim/streams.ts";

const within = (actual: number, expected: number, relative: number, what: string): void =>
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${what}: ${actual} is not ${expected}`);

test("logarithm, exponential and power are the engine's but for the last bits", () => {
  const source = new Streams(1).get("arguments");
  for (let i = 0; i < 200_000; i++) {
    const u = source.next();
    within(log(u), Math.log(u), 5e-16, `log(${u})`);
    const wide = source.uniform(-700, 700);
    const x = Math.exp(wide);
    within(log(x), Math.log(x), 5e-16, `log(${x})`);
    within(exp(wide), Math.exp(wide), 5e-16, `exp(${wide})`);
    const small = source.uniform(-0.9, 0.9) * Math.exp(-source.uniform(0, 40));
    within(log1p(small), Math.log1p(small), 9e-16, `log1p(${small})`);
    const exponent = source.uniform(0, 10);
    within(power(u, exponent), u ** exponent, 1e-13, `power(${u}, ${exponent})`);
  }
});

test("around one, the logarithm keeps all its digits", () => {
  for (let k = 1; k <= 52; k++) {
    for (const x of [1 + 2 ** -k, 1 - 2 ** -k]) within(log(x), Math.log(x), 5e-16, `log(${x})`);
  }
  assert.equal(log(1), 0);
});

test("powers of two are exact but for rounding, over the whole range of a double", () => {
  let x = 1;
  for (let k = 0; k < 1074; k++, x /= 2) within(log(x), -k * Math.LN2, 5e-16, `log(2^-${k})`);
  assert.equal(x, 5e-324);
  within(log(x), -1074 * Math.LN2, 5e-16, "log of the least number");
  within(log(Number.MAX_VALUE), 1024 * Math.LN2, 5e-16, "log of the greatest number");
  within(exp(709.78), Math.exp(709.78), 5e-16, "exp near the greatest number");
  assert.equal(exp(-745), 5e-324);
});

test("the ends of the line are where they belong", () => {
  assert.deepEqual([log(0), log(Infinity), log(-1), log(Number.NaN)], [-Infinity, Infinity, Number.NaN, Number.NaN]);
  assert.deepEqual([exp(0), exp(-Infinity), exp(Infinity), exp(Number.NaN)], [1, 0, Infinity, Number.NaN]);
  assert.deepEqual([exp(-746), exp(710), power(0, 0.5), power(1, 7)], [0, Infinity, 0, 1]);
  assert.deepEqual([log1p(0), log1p(-1)], [0, -Infinity]);
});

test.run();
