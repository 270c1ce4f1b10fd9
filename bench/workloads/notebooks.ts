import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import type { Benchmark, Workload } from "../benchmark.ts";

/** How soon somebody who opens a notebook from disk can use it, and how soon a change is simulated. Needs Chromium. */
export default {
  name: "notebooks",
  measures: "seconds",
  unit: "as the case says",
  peers: [],
  clocks: "bit-equal",
  quick: {},
  cases: [
    { title: "opening the first notebook, cold", params: { what: "cold" }, limit: 2 },
    { title: "opening the first notebook, warm", params: { what: "warm" }, limit: 2 },
    { title: "a slider, the curve of the first of its 24 runs", params: { what: "slider" }, limit: 0.3 },
    { title: "a slider, all of its 24 runs", params: { what: "sliderAll" } },
    { title: "a change, one run of 30 days and eight VMs", params: { what: "change" }, limit: 0.3 },
  ],
} satisfies Benchmark;

/** The notebooks are built by the sources, not by what is compiled for benchmarks. */
const sources = fileURLToPath(new URL("../../../../../", import.meta.url));

const build = (name: string, out: string): string => {
  const words = ["--import", "tsx", "cli.ts", "notebooks", "build", name, "--out", out];
  execFileSync(process.execPath, words, { cwd: sources, stdio: ["ignore", "ignore", "inherit"] });
  return pathToFileURL(join(out, `${name}.html`)).href;
};

const open = async (browser: Browser, url: string): Promise<Page> => {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
};

/** The published figure is drawn, and the last slider can be moved. */
const usable = async (page: Page): Promise<void> => {
  await page.locator("figure svg .mark-symbol path").first().waitFor({ state: "attached" });
  await page.locator("input[type=range]").nth(2).waitFor();
};

const scenario = (interval: string): string => `cluster: { vms: 8, workload: web }
snapshot: { interval: ${interval} }
failures: { host: { trace: infinitehbd } }
horizon: 30d
replications: 1
`;

const change = async (page: Page, text: string): Promise<void> => {
  const editor = page.getByRole("textbox", { name: "Scenario" });
  await editor.fill(text);
  await page.locator(".status").evaluate((status) => status.classList.add("before"));
  await editor.press("Control+Enter");
  await page.locator('.status[data-state="done"]:not(.before)').waitFor();
};

/** Moves a slider of the first notebook, each time to another value, and waits for a new curve, or for all of them. */
const slide = async (page: Page, value: number, whole: boolean): Promise<void> => {
  const figure = page.locator("figure").nth(1);
  const status = page.locator(".status");
  for (const one of [figure, status]) await one.evaluate((element) => element.classList.add("before"));
  await page.getByLabel("Mean time between failures of a host").fill(String(value));
  if (whole) await page.locator('.status[data-state="done"]:not(.before)').waitFor();
  await page.locator("figure:not(.before) svg").nth(1).waitFor();
};

export const run: Workload = async (input) => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-bench-"));
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const what = input.text("what");
    const url = build(what === "change" ? "07-your-own-scenario" : "01-availability-vs-interval", folder);
    const measured = { clock: 0, counts: {}, units: 1 };
    if (what === "change") {
      const page = await open(browser, url);
      await page.locator('.status[data-state="done"]').waitFor();
      for (const interval of ["5m", "6m", "7m"]) await change(page, scenario(interval));
      const elapsed = input.stopwatch();
      await change(page, scenario("8m"));
      return { ...measured, amount: elapsed() };
    }
    if (what === "slider" || what === "sliderAll") {
      const page = await open(browser, url);
      await page.locator('.status[data-state="done"]').waitFor();
      for (const value of [0, 1, 3]) await slide(page, value, true);
      const elapsed = input.stopwatch();
      await slide(page, 4, what === "sliderAll");
      return { ...measured, amount: elapsed() };
    }
    if (what === "warm") {
      const page = await open(browser, url);
      await usable(page);
      await page.close();
    }
    const elapsed = input.stopwatch();
    await usable(await open(browser, url));
    return { ...measured, amount: elapsed() };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
};
