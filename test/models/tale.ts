import * as assert from "uvu/assert";
import type { Columns } from "../../models/books/columns.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";

/** The end of an outage that has none. */
export const forever = Number.POSITIVE_INFINITY;

/** What one run up to `horizon` comes to. */
export const run = (scenario: ClusterScenario, horizon: number): Columns =>
  simulateCluster({ ...scenario, horizon }, { seed: 7, replication: 0 }).metrics;

/** Equal up to `tolerance`, relative to the expectation where that is more than 1. */
export const near = (found: number | undefined, expected: number, what = "", tolerance = 1e-6): void =>
  assert.ok(
    Math.abs(found! - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${what}: ${found} instead of ${expected}`,
  );
