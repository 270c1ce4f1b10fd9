import assert from "node:assert/strict";
import { test } from "uvu";
import { loadForFigure } from "../../scenarios/figures/figure.ts";
import { multicastSaving } from "../../scenarios/figures/rolling-back.ts";
import { everyJob, runAll } from "../../scenarios/run.ts";
import { capturedLine } from "./captured-line.ts";

const bytes = async (set: readonly string[]) => {
  const { line } = capturedLine(process.cwd());
  const loaded = loadForFigure(line, "rolling-back", set, { out: "", replications: "2" });
  const sums = loaded.points.map(({ values, scenario }) => ({
    transfer: String(values["rollback.transfer"]),
    similarity: Number(values["cluster.similarity"]),
    scenario,
    source: 0,
    link: 0,
    seconds: 0,
  }));
  for await (const { point, result } of runAll({ points: loaded.points, jobs: everyJob(loaded.points.length, 2) })) {
    sums[point]!.source += result.metrics["restoreSourceBytes"]!;
    sums[point]!.link += result.metrics["restoreLinkBytes"]!;
    sums[point]!.seconds += result.metrics["downtimeTransfer"]!;
  }
  return (transfer: string, similarity: number) =>
    sums.find((one) => one.transfer === transfer && one.similarity === similarity)!;
};

test("multicast saves at the sources what algebra says, and chain and swarm as much", async () => {
  const of = await bytes([
    "cluster.vms=8",
    "sweep={cluster.similarity: [0%, 50%], rollback.transfer: [unicast, multicast, chain, swarm]}",
  ]);
  for (const similarity of [0, 0.5]) {
    const unicast = of("unicast", similarity);
    const { scenario } = of("multicast", similarity);
    assert.ok(scenario.model === "cluster");
    for (const way of ["multicast", "chain", "swarm"]) {
      const saved = 1 - of(way, similarity).source / unicast.source;
      // Copies that lie on a receiver are not sent by either.
      assert.ok(Math.abs(saved - multicastSaving(scenario)) < 0.03, `${way} ${similarity}: ${saved}`);
    }
    assert.ok(of("multicast", similarity).link <= of("chain", similarity).link * (1 + 1e-9));
  }
});

test("few hosts that get many VMs wait for what they have to receive: there multicast saves time as it saves bytes", async () => {
  const of = await bytes([
    "rollback.placement=pack",
    "sweep={cluster.similarity: [60%], rollback.transfer: [unicast, multicast]}",
  ]);
  const [unicast, multicast] = [of("unicast", 0.6), of("multicast", 0.6)];
  const link = 1 - multicast.link / unicast.link;
  const time = 1 - multicast.seconds / unicast.seconds;
  assert.ok(time > 0.4 && Math.abs(link - time) < 0.1, `${link} of the bytes, ${time} of the time`);
});

test.run();
