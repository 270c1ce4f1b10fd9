import { test } from "uvu";
import * as assert from "uvu/assert";
import { type IntervalChart, intervalChart } from "../../results/charts/interval-chart.ts";
import { render } from "../../results/charts/render.ts";

const chart: IntervalChart = {
  title: "A title",
  subtitle: ["what it is"],
  panels: ["left", "right"],
  policies: ["slow", "quick"],
  points: ["left", "right"].flatMap((panel) =>
    ["slow", "quick"].flatMap((policy) =>
      (["availability", "availabilityNet", "workRatio"] as const).flatMap((measure) =>
        [10, 100, 1000].map((interval) => ({ panel, policy, measure, interval, mean: 0.99, halfWidth: 0.001 })),
      ),
    ),
  ),
  closedForms: [{ panel: "left", policy: "slow", interval: 10, value: 0.98 }],
  optima: [{ panel: "left", policy: "slow", measure: "workRatio", interval: 100, value: 0.99 }],
};

const attribute = (svg: string, name: string): number =>
  Number(new RegExp(`<svg[^>]* ${name}="([\\d.]+)"`).exec(svg)![1]);

test("a chart says its title, panels, policies, axes and measures", async () => {
  const { svg } = await render(intervalChart(chart));
  const said = [
    "A title",
    "what it is",
    "left: useful work",
    "right: useful work",
    "slow",
    "quick",
    "workRatio",
    "1 min",
  ];
  for (const text of [...said, "availabilityNet", "snapshot interval", "99 %"])
    assert.ok(svg.includes(`>${text}<`), text);
});

test("text is measured by its font, so that panels stand beside each other without gaps", async () => {
  const { svg } = await render(intervalChart(chart));
  // Two panels of 430 and a spacing of 30, with axes and padding: guessed widths would make it half as wide again.
  assert.ok(attribute(svg, "width") < 1120, `${attribute(svg, "width")} wide`);
});

test("the PNG is the SVG at twice its size", async () => {
  const { svg, png } = await render(intervalChart(chart));
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength);
  assert.equal(
    [...png.slice(1, 4)],
    [..."PNG"].map((letter) => letter.charCodeAt(0)),
  );
  assert.is(header.getUint32(16), Math.round(2 * attribute(svg, "width")));
  assert.is(header.getUint32(20), Math.round(2 * attribute(svg, "height")));
});

test("what is certain to fail in Vega is an error, not an empty picture", async () => {
  const broken = { mark: "nonsense", data: { values: [] } } as never;
  let failed = false;
  await render(broken).catch(() => {
    failed = true;
  });
  assert.ok(failed);
});

test.run();
