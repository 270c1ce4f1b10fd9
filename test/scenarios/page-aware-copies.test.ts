// limit: 300s
import assert from "node:assert/strict";
import { test } from "uvu";
import { render } from "../../results/charts/render.ts";
import { tradeOff } from "../../results/charts/trade-off.ts";
import { loadForFigure } from "../../scenarios/figures/figure.ts";
import { everyJob, runAll } from "../../scenarios/run.ts";
import { capturedLine } from "./captured-line.ts";

const stress = "failures.shocks=[{law: exponential, mean: 10d, takes: {random: 4}, permanent: 100%}]";

test("under losses of four hosts at once graded copies are degraded more often, and coded ones are not lost at all", async () => {
  const { line } = capturedLine(process.cwd());
  const set = ["horizon=90d", "cluster.workload=web", stress];
  const loaded = loadForFigure(line, "page-aware-copies", set, { out: "", replications: "4" });
  const sums = loaded.points.map(({ labels }) => ({
    policy: labels["storage.policy"]!,
    rollbacks: 0,
    intact: 0,
    usable: 0,
  }));
  const plan = {
    points: loaded.points,
    jobs: everyJob(loaded.points.length, 4),
  };
  for await (const { point, result } of runAll(plan)) {
    const { rollbacks, pIntact, pUsable } = result.metrics as { rollbacks: number; pIntact: number; pUsable: number };
    sums[point]!.rollbacks += rollbacks;
    sums[point]!.intact += rollbacks * pIntact;
    sums[point]!.usable += rollbacks * pUsable;
  }
  const of = (policy: string) => sums.find((one) => one.policy === policy)!;
  const graded = of("page-aware-graded");
  const all = of("replicate-all");
  assert.ok(graded.rollbacks > 40);
  assert.ok(graded.usable > graded.intact, "some restores are degraded");
  // Two proportions that are told apart by three standard errors.
  const [p, q] = [graded.intact / graded.rollbacks, all.intact / all.rollbacks];
  const error = Math.sqrt((p * (1 - p)) / graded.rollbacks + (q * (1 - q)) / all.rollbacks);
  assert.ok(q - p > 3 * error, `intact: graded ${p}, all in three copies ${q}`);
  const coded = of("erasure-coded");
  assert.ok(Math.abs(coded.intact - coded.rollbacks) < 1e-9, "three of nine fragments may be lost");
});

test("the trade-off is drawn with a disc and a ring for each system, and its claim as a line", async () => {
  const point = {
    column: "calm",
    row: "web",
    saving: 0.5,
    savingHalf: 0.01,
    usable: 1,
    usableHalf: 0,
    intact: 0.9,
    intactHalf: 0.02,
  };
  const { svg } = await render(
    tradeOff({
      title: "What is saved?",
      subtitle: ["Nothing."],
      columns: ["calm"],
      rows: ["web"],
      systems: [{ name: "coded", colour: "#123456" }],
      points: [{ ...point, system: "coded" }],
      claim: 0.7,
    }),
  );
  assert.ok(svg.includes("What is saved?") && svg.includes("calm") && svg.includes("P, web"));
  assert.ok(svg.split("#123456").length > 4, "ring, disc and their intervals");
});

test.run();
