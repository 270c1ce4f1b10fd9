import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import * as assert from "uvu/assert";
import { buildNotebook } from "../../notebooks/site/build-notebook.ts";
import { chromiumFlags } from "../runner/elsewhere.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Where pictures are kept for people to look at. */
export const pictures = fileURLToPath(new URL("../../results/runs/notebook-pictures/", import.meta.url));

/** An open notebook: its page, and what went wrong in it so far. */
export interface OpenNotebook {
  readonly page: Page;
  readonly faults: readonly string[];
}

/** Reads notebooks from disk in Chromium, as somebody does who was sent the file. */
export class Reader {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), "snapback-notebooks-"));
  readonly #built = new Map<string, Promise<string>>();

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<Reader> {
    return new Reader(await chromium.launch({ executablePath, args: chromiumFlags }));
  }

  async open(name: string, width = 1000, text?: string): Promise<OpenNotebook> {
    const html = this.#built.get(name) ?? buildNotebook(name, text);
    this.#built.set(name, html);
    return this.openPage(name, await html, width);
  }

  /** Opens a page of any kind. */
  async openPage(name: string, html: string, width = 1000): Promise<OpenNotebook> {
    const path = join(this.#folder, `${name}.html`);
    writeFileSync(path, html);
    const page = await this.#browser.newPage({ viewport: { width, height: 900 } });
    // tsx lets functions within a function that is sent to the page ask for this.
    await page.addInitScript("globalThis.__name = (value) => value");
    const faults: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      if (!/^(file|blob|data):/.test(request.url())) faults.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(path).href);
    return { page, faults };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true });
  }
}

/** Waits until every simulation of the page has come to its end. */
export const settled = async (page: Page): Promise<void> => {
  await page.waitForFunction(
    () => {
      const all = [...document.querySelectorAll<HTMLElement>(".status")];
      return all.length > 0 && all.every((one) => one.dataset["state"] !== undefined);
    },
    undefined,
    { timeout: 60_000 },
  );
  await page.waitForTimeout(200);
};

/** The same for a page that may run none: what it shows has come to rest, too. */
export const settledAll = async (page: Page): Promise<void> => {
  await page.locator("figure svg").first().waitFor();
  if ((await page.locator(".status").count()) > 0) await settled(page);
  for (let before = ""; ; ) {
    const now = await page.locator("main").innerHTML();
    if (now === before) return;
    before = now;
    await page.waitForTimeout(400);
  }
};

/** The outlines of all marks of the `index`-th figure. */
export const marks = (page: Page, index: number): Promise<string[]> =>
  page
    .locator("figure")
    .nth(index)
    .locator("svg .mark-line path, svg .mark-symbol path, svg .mark-rect path")
    .evaluateAll((paths) => paths.map((path) => `${path.getAttribute("d")} ${path.getAttribute("transform")}`));

/** The marks of the `index`-th figure once they are others than before, and all runs are over. */
export const redrawn = async (page: Page, index: number, before: readonly string[]): Promise<string[]> => {
  let last: readonly string[] = before;
  for (let tries = 0; tries < 200; tries++) {
    await settledAll(page);
    const after = await marks(page, index);
    // It may have been drawn in the middle of a run: what stays is what counts.
    if (after.join() !== before.join() && after.join() === last.join()) return after;
    last = after;
  }
  throw new Error(`figure ${index} stays as it was`);
};

/**
 * The longest time in which the page draws no frame while a run goes on, as a part of that run: about 1 where the page
 * itself does the work, however fast the machine is.
 */
export const longestFreeze = async (page: Page, start: () => Promise<void>): Promise<number> => {
  await page.evaluate(() => {
    const statuses = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(".status")];
    const before = new Set(statuses());
    // A page that stands still shows the new run only when it is over.
    const isOver = (): boolean =>
      statuses().some((one) => !before.has(one)) && statuses().every((one) => one.dataset["state"] !== undefined);
    const watch = { begun: performance.now(), last: performance.now(), longest: 0 };
    document.addEventListener("input", () => Object.assign(watch, { begun: performance.now(), longest: 0 }), true);
    Object.assign(globalThis, {
      freeze: new Promise<number>((resolve) => {
        const frame = (): void => {
          const now = performance.now();
          watch.longest = Math.max(watch.longest, now - watch.last);
          watch.last = now;
          if (isOver()) resolve(watch.longest / (now - watch.begun));
          else requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    });
  });
  await start();
  return page.evaluate(() => (globalThis as unknown as { freeze: Promise<number> }).freeze);
};

/** Findings of axe-core that keep people out. */
export const seriousFindings = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe);
  const { violations } = (await page.evaluate("axe.run()")) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
};

/** Keeps a picture of the whole page for people to look at. */
export const picture = async (page: Page, name: string): Promise<void> => {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
};

/** What holds for every notebook once it is settled: nothing went wrong, figures are drawn, and everybody can read it. */
export const holdsUp = async ({ page, faults }: OpenNotebook, name: string): Promise<void> => {
  assert.equal(faults, []);
  assert.is(await page.locator(".observablehq--error").count(), 0, "a cell shows an error");
  const figures = await page.locator("figure").count();
  assert.ok(figures > 0, "there is no figure");
  for (let i = 0; i < figures; i++) assert.ok((await marks(page, i)).length > 1, `figure ${i} of ${name} is empty`);
  assert.not.match(await page.locator("main").innerText(), /\bNaN\b|undefined|\$\{/);
  assert.equal(await seriousFindings(page), []);
};

/** At the width of a narrow phone nothing is wider than the screen; wide tables, figures and code scroll within themselves. */
export const fitsPhone = async (page: Page): Promise<void> => {
  await page.setViewportSize({ width: 360, height: 740 });
  const tooWide = await page.evaluate(() => {
    const scrolls = (element: Element): boolean => /auto|scroll|hidden/.test(getComputedStyle(element).overflowX);
    const isHeld = (element: Element): boolean => {
      for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement)
        if (scrolls(at)) return true;
      return false;
    };
    return [
      ...(document.documentElement.scrollWidth > window.innerWidth ? ["the page scrolls sideways"] : []),
      ...[...document.querySelectorAll("main *")]
        .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !isHeld(element))
        .map((element) => element.outerHTML.slice(0, 90)),
    ];
  });
  assert.equal(tooWide, []);
};

/** Stops the run that `start` begins as soon as the page offers it: from outside, a run may be over before a click arrives. */
export const stopped = async (page: Page, start: () => Promise<void>): Promise<void> => {
  await page.evaluate(() => {
    const watch = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll<HTMLElement>(".status button")];
      const stop = buttons.find((one) => one.textContent === "Stop" && one.checkVisibility());
      if (stop === undefined) return;
      watch.disconnect();
      stop.click();
    });
    watch.observe(document.body, { subtree: true, childList: true });
  });
  await start();
  await page.locator('.status[data-state="stopped"]').waitFor();
};
