import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as assert from "uvu/assert";
import { pictures, settledAll } from "./reader.ts";

/** What A4 has between margins of 15 mm, in CSS pixels. */
const paper = { width: 680, height: 1009 };

/** What on paper is cut off, split without need, or there to be clicked on. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(({ width, height }) => {
    const found: string[] = [];
    const isSeen = (element: Element): boolean => element.getClientRects().length > 0;
    const short = (element: Element): string => element.outerHTML.slice(0, 90);
    for (const element of document.querySelectorAll("main :is(svg, canvas, table, pre, p, li, .input)")) {
      if (!isSeen(element)) continue;
      const { left, right } = element.getBoundingClientRect();
      if (left < -1 || right > width + 1) found.push(`is cut off: ${short(element)}`);
      if (element.scrollWidth > element.clientWidth + 1 && element instanceof HTMLElement && element.clientWidth > 0)
        found.push(`holds what is cut off: ${short(element)}`);
    }
    for (const element of document.querySelectorAll("main :is(figure, .timeline, table)")) {
      if (!isSeen(element)) continue;
      if (element.getBoundingClientRect().height > height) found.push(`is higher than a page: ${short(element)}`);
      const holders = [element, element.parentElement!].map((one) => getComputedStyle(one).breakInside);
      if (!holders.includes("avoid")) found.push(`is split between pages: ${short(element)}`);
    }
    for (const element of document.querySelectorAll("main :is(button, input, textarea, summary)"))
      if (isSeen(element)) found.push(`does nothing on paper: ${short(element)}`);
    for (const element of document.querySelectorAll("main .input")) {
      const shown = element.querySelector("output, select, pre");
      if (shown === null || !isSeen(shown)) found.push(`does not say what is chosen: ${short(element)}`);
    }
    for (const element of [document.documentElement, document.body]) {
      const colour = getComputedStyle(element).backgroundColor;
      if (colour !== "rgb(255, 255, 255)" && colour !== "rgba(0, 0, 0, 0)") found.push(`the paper is ${colour}`);
    }
    return found;
  }, paper);

/** What stands in cells, captions and paragraphs, without its spaces: lines break elsewhere on paper. */
const texts = (page: Page): Promise<string[]> =>
  page
    .locator("main :is(h1, h2, td, figcaption, p, output, pre)")
    .evaluateAll((elements) =>
      elements
        .filter((element) => element.getClientRects().length > 0)
        .map((element) => (element as HTMLElement).innerText.replace(/\s+/g, "")),
    );

/** Holds for a notebook that has settled when it is printed: it is whole on paper. The page is as before then. */
export const standsOnPaper = async (page: Page, name: string): Promise<void> => {
  const screen = page.viewportSize()!;
  await page.setViewportSize({ width: paper.width, height: screen.height });
  await settledAll(page);
  await page.emulateMedia({ media: "print" });
  assert.equal(await faults(page), []);

  mkdirSync(pictures, { recursive: true });
  const pdf = join(pictures, `${name}.pdf`);
  await page.pdf({ path: pdf, format: "A4", preferCSSPageSize: true });
  const printed = execFileSync("pdftotext", ["-raw", pdf, "-"], { encoding: "utf8" }).replace(/[\s\f]+/g, "");
  assert.equal(
    (await texts(page)).filter((text) => !printed.includes(text)),
    [],
    "what is read on the screen stands on paper",
  );
  await page.emulateMedia({ media: null });
  await page.setViewportSize(screen);
  await settledAll(page);
};
