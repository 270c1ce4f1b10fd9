// limit: 240s
// needs: chromium
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { fitsPhone, holdsUp, marks, picture, Reader, settled } from "./reader.ts";

const test = suite("notebooks in Chromium");

let started: Promise<Reader> | undefined;
test.after(async () => (await started)?.close());

/** A test that reads notebooks; all share one browser. */
const reading = (title: string, read: (reader: Reader) => Promise<void>): void => {
  test(
    title,
    skipUnless(
      () => findCommand("chromium"),
      "chromium is not installed",
      async (path) => {
        started ??= Reader.start(path);
        await read(await started);
      },
    ),
  );
};

reading("availability against the interval: a slider changes the curve, and a run can be stopped", async (reader) => {
  const name = "01-availability-vs-interval";
  const opened = await reader.open(name);
  const { page } = opened;
  await settled(page);
  await holdsUp(opened, name);
  await picture(page, name);

  const before = await marks(page, 1);
  await page.getByLabel("Mean time between failures of a host").fill("4");
  await settled(page);
  const after = await marks(page, 1);
  assert.is(after.length, before.length);
  assert.not.equal(after, before);

  await page.getByLabel("Weibull shape").fill("2");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator('.status[data-state="stopped"]').waitFor();
  // The next run finishes all the same.
  await page.getByLabel("Weibull shape").fill("3");
  await page.locator('.status[data-state="done"]').waitFor();
  await settled(page);
  await holdsUp(opened, name);
  await fitsPhone(page);
  await picture(page, `${name}-phone`);
  await page.close();
});

test.run();
