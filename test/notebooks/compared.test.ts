// limit: 180s
// needs: chromium
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { comparedPage } from "../../real/commands/compared-page.ts";
import { simulatedRun } from "../../scenarios/timeline/simulated-run.ts";
import { columnsOf, recordedPoint, recordedReplay } from "../real/recorded-replay.ts";
import { findCommand } from "../runner/find-command.ts";
import { skipUnless } from "../runner/skip.ts";
import { fitsPhone, picture, Reader, seriousFindings } from "./reader.ts";

const test = suite("a replay beside its simulation in Chromium");

/** The page of a run that was recorded, and of its simulation. */
const written = (): string => {
  const point = recordedPoint();
  const recorded = { ...recordedReplay(), machine: "a machine", date: "2026-11-28" };
  const simulated = simulatedRun(point.scenario, { seed: point.seed, replication: 0 });
  const compared = { setting: "", real: recorded.columns, simulated: [columnsOf(simulated)] };
  return comparedPage(point, { compared, recorded, simulated });
};

test(
  "shows both timelines on one axis, tells of each what is so at a moment, and has the columns below",
  skipUnless(
    () => findCommand("chromium"),
    "chromium is not installed",
    async (path) => {
      const reader = await Reader.start(path);
      try {
        const { page, faults } = await reader.openPage("compared", written());
        const [told, state] = [page.locator(".told"), page.locator(".state")];
        await page.locator(".stage").focus();
        await page.keyboard.press("n");
        // Both have the failure at one moment; from there on each goes its own way.
        assert.match(await told.innerText(), /^00:01:40.*: (simulated|real machines): cluster vm 0 fails/);
        assert.match(await state.innerText(), /simulated: .*VMs: .* \| real machines: .*VMs: /);
        const seen = new Set<string>();
        for (let before = ""; ; ) {
          await page.keyboard.press("n");
          const now = await told.innerText();
          if (now === before) break;
          before = now;
          seen.add(/: (simulated|real machines): /.exec(now)![1]!);
        }
        assert.equal([...seen].sort(), ["real machines", "simulated"]);
        assert.is(await page.locator("canvas").count(), 1, "one axis, one picture");
        assert.ok((await page.locator("table tbody tr").count()) > 20);
        await picture(page, "compared");
        assert.equal(await seriousFindings(page), []);
        await fitsPhone(page);
        await picture(page, "compared-phone");
        assert.equal(faults, []);
      } finally {
        await reader.close();
      }
    },
  ),
);

test.run();
