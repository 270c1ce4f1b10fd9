import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { paretoFront, type Rated } from "../../results/pareto-front.ts";

test("on the front are those that no other beats in one figure without being beaten in the other", () => {
  const goals = fc.record({ higherX: fc.boolean(), higherY: fc.boolean() });
  const systems = fc.array(fc.record({ x: fc.integer({ min: 0, max: 6 }), y: fc.integer({ min: 0, max: 6 }) }));
  fc.assert(
    fc.property(systems, goals, (all, goal) => {
      const sign = (higher: boolean) => (higher ? -1 : 1);
      const beats = (a: Rated, b: Rated): boolean => {
        const [dx, dy] = [sign(goal.higherX) * (a.x - b.x), sign(goal.higherY) * (a.y - b.y)];
        return dx <= 0 && dy <= 0 && (dx < 0 || dy < 0);
      };
      assert.equal(
        paretoFront(all, goal),
        all.map((one) => !all.some((other) => beats(other, one))),
      );
    }),
    { seed: 5, numRuns: 500 },
  );
});

test.run();
