import { test } from "uvu";
import * as assert from "uvu/assert";
import { Crossings, type Messages } from "../../models/cut/crossings.ts";
import { trafficOf } from "../../models/cut/traffic.ts";
import { Streams } from "../../sim/index.ts";
import { assertZScores, zScore } from "./z-scores.ts";

const stream = new Streams(8).get("crossings");

/** Counts its draws. */
class CountedChance {
  draws = 0;
  exponential(mean: number): number {
    this.draws += 1;
    return stream.exponential(mean);
  }
  poisson(mean: number): number {
    this.draws += 1;
    return stream.poisson(mean);
  }
}

const uniform = (vms: number, rate: number, delay = 0): Messages => ({
  vms,
  traffic: trafficOf("uniform", vms, rate),
  near: () => false,
  delay,
});

test("λ (skew - delay)⁺ messages cross from a VM that runs on to one that is cut later", () => {
  const [rate, delay, skew] = [40, 0.1, 0.25];
  const counts = Array.from({ length: 4000 }, () => {
    const crossings = new Crossings(uniform(2, rate, delay), [1], stream);
    crossings.runsOn(0, 5);
    return crossings.cut(1, 5 + skew);
  });
  const expected = rate * (skew - delay);
  assertZScores({
    mean: zScore(counts, expected),
    variance: zScore(
      counts.map((count) => (count - expected) ** 2),
      expected,
    ),
  });
  const early = new Crossings(uniform(2, rate, delay), [1], stream);
  early.runsOn(0, 5);
  assert.is(early.cut(1, 5 + delay), 0);
});

test("the first message is the first of all senders: hazards add up", () => {
  const [vms, rate] = [6, 10];
  // Three senders that begin one after the other, and one receiver: the survival is exp(- the integral of the rates).
  const begins = [1, 1.2, 1.5];
  const each = rate / (vms - 1);
  const first = Array.from({ length: 4000 }, () => {
    const crossings = new Crossings(uniform(vms, rate), [5], stream);
    for (const [sender, at] of begins.entries()) {
      if (crossings.next <= at) break;
      crossings.runsOn(sender, at);
    }
    const { next } = crossings;
    assert.is(crossings.reached(next), 5);
    return next;
  });
  const integral = (time: number): number => begins.reduce((sum, at) => sum + each * Math.max(0, time - at), 0);
  // The integral at the first message is exponential with mean 1.
  const reached = first.map(integral);
  assertZScores({
    mean: zScore(reached, 1),
    square: zScore(
      reached.map((one) => one ** 2),
      2,
    ),
  });
});

test("a receiver costs two draws at most, however many send to it and however much", () => {
  const vms = 40;
  const chance = new CountedChance();
  const late = Array.from({ length: vms / 2 }, (_, i) => vms / 2 + i);
  const crossings = new Crossings(uniform(vms, 1e6), late, chance);
  for (let sender = 0; sender < vms / 2; sender++) crossings.runsOn(sender, 1 + sender * 1e-3);
  let crossed = 0;
  for (const receiver of late) crossed += crossings.cut(receiver, 2);
  assert.ok(crossed > 1e6);
  assert.is(chance.draws, 2 * late.length);
});

test("a cut at the instant of the first message has received nothing, one after it has", () => {
  for (const now of [0, 1e3, 1e7]) {
    const crossings = new Crossings(uniform(2, 500), [1], stream);
    crossings.runsOn(0, now);
    const { next } = crossings;
    assert.is(crossings.reached(next), 1);
    assert.is(crossings.cut(1, next), 0);
    const later = new Crossings(uniform(2, 500), [1], stream);
    later.runsOn(0, now);
    assert.ok(later.cut(1, later.next + 1e-4) >= 1);
  }
});

test("who has been cut, or is lost, receives nothing that counts", () => {
  const crossings = new Crossings(uniform(3, 1e4), [1, 2], stream);
  crossings.cut(1, 1);
  crossings.lose(2);
  crossings.runsOn(0, 1);
  assert.is(crossings.next, Number.POSITIVE_INFINITY);
  assert.is(crossings.reached(9), undefined);
});

test.run();
