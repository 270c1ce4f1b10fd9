import published from "../../results/published/availability-vs-interval.json" with { type: "json" };
import type { SimulatedPoint } from "../page/simulation.ts";

/** The main figure as it is published: a curve for each panel and policy, and the optima that were found. */
const key = "snapshot.interval";
const names = [...new Set(published.points.map(({ panel, policy }) => `${panel} · ${policy}`))];

const pointsOf = (name: string): SimulatedPoint[] => {
  const own = published.points.filter(({ panel, policy }) => `${panel} · ${policy}` === name);
  const forms = published.closedForms.filter(({ panel, policy }) => `${panel} · ${policy}` === name);
  return [...new Set(own.map(({ interval }) => interval))].map((interval) => {
    const form = forms.find((one) => one.interval === interval);
    return {
      values: { [key]: interval },
      labels: { [key]: `${interval}s` },
      metrics: Object.fromEntries(
        own
          .filter((one) => one.interval === interval)
          .map(({ measure, mean, halfWidth }) => [measure, { mean, halfWidth, n: 0 }]),
      ),
      closedForms: form === undefined ? {} : { workRatio: form.value },
    };
  });
};

export default {
  series: names.map((name) => ({ name, points: pointsOf(name) })),
  optima: published.optima.map(({ panel, policy, measure, interval, value, text }) => ({
    name: `${panel} · ${policy}`,
    measure,
    interval,
    value,
    text,
  })),
};
