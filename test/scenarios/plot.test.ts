// limit: 240s
// needs: chromium
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { distributionChart } from "../../results/charts/distribution-chart.ts";
import { render } from "../../results/charts/render.ts";
import { readableLabels } from "../../scenarios/text/readable.ts";
import { chromiumFlags } from "../runner/elsewhere.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { StudyDesk } from "./study-desk.ts";

const test = suite("plots and reports of studies");

const desk = new StudyDesk();
test.before(async () => {
  desk.write(
    "b.yaml",
    `
description: "Two <captures> & five intervals"
horizon: 90d
replications: 6
cluster: { vms: 3, workload: web }
failures: { host: infinitehbd }
sweep: { snapshot.interval: [1m, 5m, 30m, 2h, 6h], snapshot.capture: [stop-and-copy, post-copy] }
`,
  );
  await desk.printed("run", "b.yaml", "--results", "r");
});
test.after(() => desk.clear());

interface Drawn {
  readonly points: readonly { readonly [key: string]: number | string | boolean }[];
  readonly [key: string]: unknown;
}

const drawn = async (name: string, ...words: string[]): Promise<Drawn> => {
  await desk.printed("plot", "r", "--name", name, "--format", "svg", "--out", "plots", ...words);
  return JSON.parse(readFileSync(join(desk.folder, "plots", `${name}.json`), "utf8")) as Drawn;
};

const refusal = async (...words: string[]): Promise<string> => {
  const { status, stderr } = await desk.snapback("plot", "r", ...words);
  assert.is(status, 1, `${words.join(" ")} was drawn`);
  return stderr;
};

const marks = (name: string): number =>
  (readFileSync(join(desk.folder, "plots", `${name}.svg`), "utf8").match(/aria-roledescription="point"/g) ?? []).length;

test("a curve shows just what the table says, with the closed form beside it", async () => {
  const { points, closedForms } = await drawn("curve", "--y", "workRatio");
  assert.is(points.length, 10);
  const table = JSON.parse(await desk.printed("table", "r", "--format", "json")) as {
    readonly point: { readonly [key: string]: unknown };
    readonly metrics: { readonly [column: string]: { readonly mean: number; readonly halfWidth: number } };
  }[];
  for (const { x, series, mean, low, high } of points) {
    const { metrics } = table.find(
      ({ point }) => point["snapshot.interval"] === x && point["snapshot.capture"] === series,
    )!;
    assert.is(mean, metrics["workRatio"]!.mean);
    assert.ok(Math.abs(((high as number) - (low as number)) / 2 - metrics["workRatio"]!.halfWidth) < 1e-12);
  }
  assert.is((closedForms as unknown[]).length, 10);
  assert.is(marks("curve"), 10);
});

test("nines are drawn by what is missing from 1, and told as they are", async () => {
  const { points } = await drawn("nines", "--y", "availability", "--y-scale", "nines");
  assert.ok(points.every(({ mean }) => (mean as number) > 0.9 && (mean as number) < 1));
  const svg = readFileSync(join(desk.folder, "plots", "nines.svg"), "utf8");
  assert.match(svg, />99\.\d+ %</);
  // Points of different height: each at its own place, not at the edge.
  const heights = [...svg.matchAll(/aria-roledescription="point"[^>]*transform="translate\([\d.]+,([\d.]+)\)/g)].map(
    ([, y]) => y,
  );
  assert.is(heights.length, 10);
  assert.ok(new Set(heights).size >= 8, heights.join(" "));
});

test("any column is drawn against any other, and a key of words as words", async () => {
  const { points } = await drawn("columns", "--x", "rpoMean", "--y", "availabilityNet");
  assert.ok(points.every(({ xLow, x, xHigh }) => xLow! <= x! && x! <= xHigh!));
  const words = await drawn("words", "--x", "snapshot.capture", "--y", "pauseMean", "--panel", "snapshot.interval");
  assert.equal([...new Set(words.points.map(({ x }) => x))], ["stop-and-copy", "post-copy"]);
});

test("a Pareto front holds who is beaten by none, in each figure as it is meant", async () => {
  const { points } = await drawn("pareto", "--kind", "pareto", "--x", "pauseMean", "--y", "workRatio");
  const front = points.filter(({ onFront }) => onFront);
  assert.ok(front.length >= 1 && front.length < points.length);
  for (const one of front)
    assert.not.ok(points.some((other) => other["x"]! < one["x"]! && other["mean"]! > one["mean"]!));
});

test("a distribution counts every rollback of the runs of a point", async () => {
  const { points } = await drawn("cdf", "--kind", "cdf", "--at", "snapshot.interval=6h");
  for (const series of ["stop-and-copy", "post-copy"]) {
    const parts = points.filter((point) => point["series"] === series).map(({ part }) => part as number);
    assert.ok(parts.every((part, i) => i === 0 || part >= parts[i - 1]!));
    assert.is(parts.at(-1), 1);
  }
});

test("what takes the lost time adds up to all that is lost", async () => {
  const { parts, totals } = (await drawn("downtime", "--kind", "downtime")) as unknown as {
    readonly parts: { readonly x: string; readonly panel: string; readonly mean: number }[];
    readonly totals: { readonly x: string; readonly panel: string; readonly mean: number }[];
  };
  assert.is(totals.length, 10);
  for (const { x, panel, mean } of totals) {
    const sum = parts.filter((part) => part.x === x && part.panel === panel).reduce((all, part) => all + part.mean, 0);
    assert.ok(Math.abs(sum - mean) < 1e-9, `${x} ${panel}: ${sum} of ${mean}`);
  }
});

test("a heat map has a square for each pair of values, with its interval", async () => {
  const { cells } = (await drawn("heat", "--kind", "heat")) as unknown as {
    readonly cells: { readonly text: string }[];
  };
  assert.is(cells.length, 10);
  for (const { text } of cells) assert.match(text, / ± /);
});

test("what cannot be drawn is refused with what to do instead", async () => {
  assert.match(await refusal("--x", "snapshot.intervl"), /did you mean snapshot.interval|no column/);
  assert.match(await refusal("--y", "workRatoi"), /--y: there is no column workRatoi.*workRatio/);
  assert.match(await refusal("--at", "snapshot.interval=7s"), /snapshot.interval is 1m, 5m, 30m, 2h, 6h/);
  assert.match(await refusal("--at", "snapshot.interval"), /expected a swept key and a value/);
  assert.match(await refusal("--kind", "cdf"), /10 series .* cannot be told apart, 7 can/);
  assert.match(await refusal("--kind", "cdf", "--y", "workRatio"), /one of rpo, rto, ttr, residency/);
  assert.match(await refusal("--kind", "cdf", "--series", "snapshot.capture"), /snapshot.interval changes, too/);
  assert.match(await refusal("--kind", "pareto", "--x", "workRatio"), /on both axes shows nothing/);
  assert.match(await refusal("--y-scale", "nines", "--y", "rpoMean"), /rpoMean is no part of 1/);
  assert.match(await refusal("--y-scale", "log", "--y", "downtimeNoSpare"), /there is nothing above 0 to draw/);
  await desk.printed("run", "b.yaml", "--results", "single", "--replications", "1");
  const { status, stderr } = await desk.snapback("plot", "single");
  assert.is(status, 1);
  assert.match(stderr, /nothing has an interval here/);
});

test("a report is one file with everything, and the same whenever the study is", async () => {
  await desk.printed("report", "r");
  const path = join(desk.folder, "r", "report.html");
  const text = readFileSync(path, "utf8");
  assert.is(text.match(/<figure>/g)!.length, 6);
  assert.match(text, /Two &#60;captures&#62; &#38; five intervals/);
  assert.match(text, /snapback run b\.yaml --seed 1 --replications 6 --results r\n/);
  assert.match(text, /interval: .*# default/);
  assert.not.match(text, /https?:\/\/(?!www\.w3\.org)/);
  const ids = [...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id);
  assert.is(new Set(ids).size, ids.length);
  await desk.printed("report", "r", "--out", "again.html");
  assert.is(readFileSync(join(desk.folder, "again.html"), "utf8"), text);
  assert.not.ok(existsSync(join(desk.folder, "r", "report.html.tmp")));
});

test(
  "in a browser a report asks for nothing else and complains of nothing",
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (executablePath) => {
      await desk.printed("report", "r");
      const browser = await chromium.launch({ executablePath, args: chromiumFlags });
      try {
        const page = await browser.newPage();
        const [asked, said]: [string[], string[]] = [[], []];
        page.on("request", (request) => asked.push(request.url()));
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(error.message));
        await page.goto(pathToFileURL(join(desk.folder, "r", "report.html")).href);
        assert.is(asked.length, 1, asked.join(" "));
        assert.equal(said, []);
        assert.ok(await page.evaluate(`document.querySelectorAll("svg [aria-label] > title").length > 20`));
        await page.setViewportSize({ width: 390, height: 800 });
        assert.ok(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "fits a phone");
      } finally {
        await browser.close();
      }
    },
  ),
);

test("labels of ranges are cut to what can be read and still differ, and points are named by either", () => {
  assert.equal(
    [...readableLabels(["1m", "2.9925557394776896m", "1607.970198389486s", "1.336650123916538h"]).values()],
    ["1m", "2.99m", "26.8m", "1.34h"],
  );
  assert.equal([...readableLabels(["1.00011111m", "1.0002222m", "90m"]).values()], ["1.0001m", "1.0002m", "90m"]);
  assert.equal([...readableLabels(["0.3333333333", "a.1234567b"]).values()], ["0.333", "a.1234567b"]);
  assert.equal([...readableLabels(["1234567B", "123456789B"]).values()], ["1.23MB", "123MB"]);
});

test("a chart of a logarithmic range shows such labels, and --at takes the exact ones, too", async () => {
  desk.write(
    "log.yaml",
    "model: textbook\nhorizon: 20d\nreplications: 3\nsweep:\n  workInterval: logspace(1m, 4h, 6)\n",
  );
  await desk.printed("run", "log.yaml", "--results", "log");
  const labels = JSON.parse(await desk.printed("plan", "log.yaml", "--json")).points.map(
    ({ labels }: { labels: { workInterval: string } }) => labels.workInterval,
  );
  assert.ok(labels[1].length > 10, "the exact one has all its digits");
  const plot = ["plot", "log", "--kind", "curve", "--format", "svg", "--out", "plots", "--name", "log"];
  await desk.printed(...plot, "--at", `workInterval=${labels[1]}`, "--at", "workInterval=1m");
  const svg = readFileSync(join(desk.folder, "plots", "log.svg"), "utf8");
  assert.match(svg, />2\.99m</);
  assert.not.match(svg, />2\.9925/);
  assert.is((await desk.snapback(...plot, "--at", "workInterval=2.99m", "--at", "workInterval=1m")).status, 0);
  const table = await desk.printed("table", "log", "--only", "workRatio");
  assert.match(table, /^2\.99m +0\.\d+ ± /m);
  assert.not.match(table, /2\.9925/);
  assert.match(await desk.printed("explain", "log", "--at", "workInterval=2.99m"), /workInterval=2\.9925\d+m/);
});

test("a distribution of little spread has a scale all the same", async () => {
  const chart = { title: "", subtitle: [], x: "rto", y: "", panels: [""], series: ["a"], legend: "" };
  const point = (x: number) => ({ panel: "", series: "a", x, part: 0.5, low: 0, high: 1 });
  const { svg } = await render(distributionChart({ ...chart, points: [point(200), point(210)] }));
  assert.match(svg, />3\.33 min</);
  assert.match(svg, />3\.5 min</);
});

test.run();
