import * as assert from "uvu/assert";
import type { ClusterScenario } from "../../models/scenario.ts";
import { simulateCluster } from "../../models/simulate.ts";

/**
 * Simulates every event, and with jumps over cycles that repeat: no column may differ by more than `within`.
 *
 * @returns the run with jumps
 */
export const assertBothFidelities = (
  scenario: ClusterScenario,
  what: string,
  { within = 1e-7, seed = 5 } = {},
): ReturnType<typeof simulateCluster> => {
  const [full, jumped] = (["full", "fast-forward"] as const).map((fidelity) =>
    simulateCluster({ ...scenario, fidelity }, { seed, replication: 0 }),
  );
  for (const [column, value] of Object.entries(full!.metrics)) {
    const other = jumped!.metrics[column]!;
    const same = Number.isNaN(value)
      ? Number.isNaN(other)
      : Math.abs(value - other) <= within * Math.max(1, Math.abs(value));
    assert.ok(same, `${what}, ${column}: ${value} and ${other}`);
  }
  return jumped!;
};
