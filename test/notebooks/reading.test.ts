// limit: 420s
// needs: chromium
// needs: poppler-utils

import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { notebookNames } from "../../notebooks/site/notebooks.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { standsOnPaper } from "./paper.ts";
import {
  fitsPhone,
  holdsUp,
  longestFreeze,
  marks,
  type OpenNotebook,
  picture,
  Reader,
  redrawn,
  settled,
  settledAll,
  stopped,
} from "./reader.ts";

const test = suite("notebooks in Chromium");

let started: Promise<Reader> | undefined;
test.after(async () => (await started)?.close());

const read: string[] = [];
/**
 * A test that reads a notebook; all share one browser. It holds up, stands on paper and fits on a phone, beside what is tested.
 *
 * @param ready returns when all that the notebook shows at first is there
 */
const reading = (
  name: string,
  title: string,
  use: (opened: OpenNotebook, name: string) => Promise<void>,
  ready: (page: Page) => Promise<void> = settled,
): void => {
  read.push(name);
  test(
    title,
    skipUnless(
      () => (findCommand("pdftotext") === undefined ? undefined : findCommand("chromium")),
      "chromium or pdftotext is not installed",
      async (path) => {
        started ??= Reader.start(path);
        const opened = await (await started).open(name);
        const { page } = opened;
        await ready(page);
        await holdsUp(opened, name);
        await picture(page, name);
        await standsOnPaper(page, name);
        await use(opened, name);
        await fitsPhone(page);
        await picture(page, `${name}-phone`);
        await page.close();
      },
    ),
  );
};

reading(
  "01-availability-vs-interval",
  "availability against the interval: a slider changes the curve, and a run can be stopped",
  async (opened, name) => {
    const { page } = opened;

    const before = await marks(page, 1);
    const freeze = await longestFreeze(page, () => page.getByLabel("Mean time between failures of a host").fill("4"));
    assert.ok(freeze < 0.5, `the page stood still for ${freeze} of the run`);
    const after = await redrawn(page, 1, before);
    assert.is(after.length, before.length);

    await stopped(page, () => page.getByLabel("Weibull shape").fill("2"));
    // The next run finishes all the same.
    await page.getByLabel("Weibull shape").fill("3");
    await page.locator('.status[data-state="done"]').waitFor();
    await settled(page);
    await holdsUp(opened, name);
  },
);

reading(
  "02-second-level-snapshots",
  "second-level snapshots: another network moves what each stage is used for",
  async (opened, name) => {
    const { page } = opened;
    const [published, before] = [await marks(page, 0), await marks(page, 1)];
    await page.getByLabel("Workload and hardware").selectOption({ index: 2 });
    await page.getByLabel("Network").selectOption("1gbe");
    await page.locator('.status:not([data-state="done"])').waitFor();
    await settled(page);
    assert.not.equal(await marks(page, 0), published);
    assert.not.equal(await marks(page, 1), before);
    await holdsUp(opened, name);
  },
);

reading(
  "03-storing-less",
  "storing less: sliders move the algebra and the rare losses, and the sampled ones lie at the exact",
  async ({ page }) => {
    const before = await marks(page, 0);
    await page.getByLabel("Copies of critical pages").fill("0");
    await page.waitForTimeout(500);
    assert.not.equal(await marks(page, 0), before);
    const rows = await page.locator("table").last().locator("tbody tr").allInnerTexts();
    assert.is(rows.length, 4);
    for (const row of rows) {
      const [, estimated, , , exact] = row.split("\t");
      // Five standard errors of 2 % at most.
      assert.ok(Math.abs(Number(estimated) / Number(exact) - 1) < 0.1, row);
    }
  },
);

reading(
  "04-rolling-back-fast",
  "rolling back fast: what is shared, what is saved, and rollbacks that are run in the page",
  async ({ page }) => {
    const [algebra, published] = [await marks(page, 0), await marks(page, 1)];
    await page.getByLabel("VMs on each host").fill("3");
    await page.getByLabel("Saved", { exact: true }).selectOption("time of the transfer");
    await redrawn(page, 0, algebra);
    await redrawn(page, 1, published);
    await page.locator(".stage").focus();
    await page.keyboard.press("n");
    assert.match(await page.locator(".told").innerText(), /fails/);
    const rows = await page.locator("table").first().locator("tbody tr").allInnerTexts();
    assert.equal(
      rows.map((row) => row.split("\t")[0]),
      ["unicast", "multicast", "chain", "tree", "swarm"],
    );
    const sent = rows.map((row) => Number.parseFloat(row.split("\t")[1]!));
    assert.ok(sent[1]! < sent[0]!, "multicast sends less");
    const starts = await page.locator("table").last().locator("tbody tr").allInnerTexts();
    assert.is(starts.length, 3);
  },
  async (page) => {
    await page.locator("table").nth(1).waitFor();
    await settled(page);
  },
);

reading(
  "05-validation",
  "validation: what was measured lies beside what was simulated, with a verdict on each",
  async ({ page }) => {
    const before = await marks(page, 0);
    await page.getByLabel("Figure", { exact: true }).selectOption("captureBytes");
    await redrawn(page, 0, before);
    const rows = await page.locator("table").first().locator("tbody tr").allInnerTexts();
    assert.is(rows.length, 12);
    for (const row of rows) assert.match(row, /\t(met|not met)\t/);
    const whole = await page.locator("table").last().locator("tbody tr").allInnerTexts();
    assert.ok(whole.length > 10, `${whole.length} columns of whole runs`);
    for (const row of whole) assert.match(row, /%\t(met|not met)$/);
  },
  async (page) => {
    await page.locator("table").last().waitFor();
    await settledAll(page);
  },
);

reading(
  "06-your-first-model",
  "your first model: a bank, and a policy that is edited in the page",
  async (opened, name) => {
    const { page } = opened;
    const before = await marks(page, 0);
    await page.getByLabel("Load of each counter").fill("9");
    await redrawn(page, 0, before);
    await holdsUp(opened, name);

    await page.getByRole("slider", { name: "Counters" }).fill("3");
    await settled(page);
    // The greatest number of customers: seconds of work.
    const freeze = await longestFreeze(page, () => page.getByRole("slider", { name: "Customers" }).fill("3"));
    assert.ok(freeze < 0.5, `the page stood still for ${freeze} of the run`);
    await stopped(page, () => page.getByRole("slider", { name: "Counters" }).fill("2"));
    await page.getByRole("slider", { name: "Customers" }).fill("0");
    await settled(page);
    await holdsUp(opened, name);
    await page
      .getByRole("textbox", { name: "Policy" })
      .fill('import { nothing } from "snapback";\nexport default function* () {}\n');
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator('.status[data-state="failed"]', { hasText: "snapback exports no nothing" }).waitFor();
  },
);

reading(
  "07-your-own-scenario",
  "your own scenario: it runs, is refused with line and column, and travels with a link",
  async ({ page, faults }) => {
    await page.getByLabel("Scenario").fill("cluster: { vms: 2, workload: idle }\nhorizon: 1d\n");
    await page.getByLabel("Scenario").press("Control+Enter");
    await page.locator('.status:not([data-state="done"])').waitFor();
    await settled(page);
    assert.is(await page.locator("tbody tr").count(), 1);
    const link = await page.getByRole("link", { name: "A link to this page" }).getAttribute("href");
    assert.equal(faults, []);
    await page.getByLabel("Scenario").fill("cluster: { vms: 2 }\nhorizen: 1d\n");
    await page.getByRole("button", { name: "Run" }).click();
    await page.locator('.status[data-state="failed"]', { hasText: /scenario\.yaml:2:1: .*horizon/ }).waitFor();
    await fitsPhone(page);
    await page.goto(`${page.url().replace(/#.*/, "")}${link}`);
    await page.reload();
    assert.match(await page.getByLabel("Scenario").inputValue(), /vms: 2, workload: idle/);
  },
);

test("all notebooks are read", () => {
  assert.equal(read, notebookNames());
});

test.run();
