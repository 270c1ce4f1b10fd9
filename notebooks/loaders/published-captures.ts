import published from "../../results/published/second-level-snapshots.json" with { type: "json" };
import type { SimulatedPoint } from "../page/simulation.ts";

/** What each way of capturing achieves, by hardware and workload, as it is published. */
const key = "snapshot.interval";
const settings = [...new Set(published.points.map(({ column }) => column))];
const ways = [...new Set(published.points.map(({ series }) => series))];

const pointsOf = (setting: string, way: string): SimulatedPoint[] => {
  const own = published.points.filter(({ column, series }) => column === setting && series === way);
  return [...new Set(own.map(({ x }) => x))].map((x) => ({
    values: { [key]: x },
    labels: { [key]: `${x}s` },
    metrics: Object.fromEntries(
      own.filter((one) => one.x === x).map(({ row, mean, halfWidth }) => [row, { mean, halfWidth, n: 0 }]),
    ),
    closedForms: {},
  }));
};

export default settings.map((name) => ({
  name,
  series: ways.map((way) => ({ name: way, points: pointsOf(name, way) })),
}));
