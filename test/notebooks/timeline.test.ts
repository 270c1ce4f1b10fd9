// limit: 180s
// needs: chromium
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { trace } from "../../scenarios/commands/trace.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { capturedLine } from "../scenarios/captured-line.ts";
import { fitsPhone, picture, Reader, seriousFindings } from "./reader.ts";

const test = suite("the timeline in Chromium");

/** The page of a rack that is lost, written by the command. */
const written = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-timeline-"));
  try {
    const { line } = capturedLine(folder);
    const set = [
      "cluster.similarity=30%",
      "rollback.transfer=multicast",
      "cluster.vms=4",
      "rollback.resume=working-set",
    ];
    await trace(line, {
      scenario: "rolling-back",
      set,
      replication: 0,
      domain: 0,
      from: "50m",
      format: "text",
      html: "",
    });
    return readFileSync(join(folder, "timeline.html"), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const told = (page: Page): Promise<string> => page.locator(".told").innerText();
const state = (page: Page): Promise<string> => page.locator(".state").innerText();

/** Colours of what is drawn in the middle of a lane. */
const drawn = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const canvas = document.querySelector("canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(160, 30, canvas.width - 170, canvas.height - 40);
    const colours = new Set<string>();
    for (let i = 0; i < data.length; i += 4) colours.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
    return colours.size;
  });

/** A finger that is moved up over the lanes scrolls the page, although two would zoom. */
const scrollsByFinger = async (page: Page): Promise<void> => {
  await page.setViewportSize({ width: 360, height: 400 });
  await page.evaluate(() => document.querySelector(".stage")?.scrollIntoView());
  const before = await page.evaluate(() => window.scrollY);
  const session = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", touchPoints: { x: number; y: number }[]) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", [{ x: 250, y: 200 }]);
  for (let y = 190; y > 50; y -= 10) await touch("touchMove", [{ x: 250, y }]);
  await touch("touchEnd", []);
  await page.waitForTimeout(200);
  assert.ok((await page.evaluate(() => window.scrollY)) > before + 20, "the lanes hold the finger");
};

test(
  "a run is drawn, moved, zoomed and played by keys and by hand, and tells its figures",
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (path) => {
      const reader = await Reader.start(path);
      try {
        const { page, faults } = await reader.openPage("timeline", await written());
        assert.ok((await drawn(page)) > 5, "lanes, states and flows");
        const stage = page.locator(".stage");
        await stage.focus();
        await page.keyboard.press("n");
        assert.match(await told(page), /^00:55:00: .*fails/);
        assert.match(await state(page), /^00:55:00: 4 VMs: detect · 8 hosts down/);
        await page.keyboard.press("n");
        while (!/rolled back/.test(await told(page))) await page.keyboard.press("n");
        assert.match(await told(page), /rolled back: intact, first instruction .* as fast as before .* all pages/);
        const axis = page.locator(".axis");
        const before = await axis.textContent();
        await page.keyboard.press("+");
        await page.keyboard.press("+");
        const zoomed = await axis.textContent();
        assert.not.equal(zoomed, before);
        await page.keyboard.press("ArrowLeft");
        await page.getByRole("button", { name: "All" }).click();
        assert.is(await axis.textContent(), before, "all is seen again");
        await picture(page, "timeline");

        await page.keyboard.press("Tab");
        await stage.focus();
        await page.keyboard.press("Home");
        const begin = await state(page);
        await page.getByLabel("Speed").selectOption("600");
        await page.getByRole("button", { name: "Play" }).click();
        await page.waitForTimeout(400);
        await page.getByRole("button", { name: "Pause" }).click();
        const later = await state(page);
        assert.not.equal(later, begin, "it has gone on");
        await page.waitForTimeout(200);
        assert.is(await state(page), later, "and stands still");

        // The lane of the last VM, where it is up.
        const { x, y } = (await stage.boundingBox())!;
        await page.mouse.move(x + 200, y + 26 + 20 + 3.5 * 16);
        assert.match(await told(page), /cluster vm 3: up on host \d+, for .* s from/);
        assert.equal(await seriousFindings(page), []);
        await fitsPhone(page);
        await scrollsByFinger(page);
        await picture(page, "timeline-phone");
        assert.equal(faults, []);
      } finally {
        await reader.close();
      }
    },
  ),
);

test.run();
