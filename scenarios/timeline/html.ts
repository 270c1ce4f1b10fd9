import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { escaped, type Html, tableStyle } from "../../results/pages/page.ts";
import { packed, type TimelineData } from "../../results/timeline/data.ts";
import type { CastEvent, TimelineFormat, TimelineTitle } from "./format.ts";
import { TimelineLanes } from "./lanes.ts";

/** One HTML file with everything in it, to be opened from disk: lanes of clusters, VMs and hosts to look into and to play. */
export class HtmlTimeline implements TimelineFormat {
  readonly #lanes: TimelineLanes;
  readonly #title: TimelineTitle;

  constructor(title: TimelineTitle) {
    this.#title = title;
    this.#lanes = new TimelineLanes(title);
  }

  begin(cast: CastEvent): string {
    this.#lanes.begin(cast);
    return "";
  }

  event(event: LifeCycleEvent): string {
    this.#lanes.event(event);
    return "";
  }

  end(): string {
    return timelinePage(this.#title.scenario, this.#lanes.end());
  }
}

/**
 * One HTML file with a timeline and everything that draws it.
 *
 * @param below what stands below it
 */
export const timelinePage = (title: string, timeline: TimelineData, below: readonly Html[] = []): string => {
  // "</script>" inside of a string would end the script.
  const data = JSON.stringify(packed(timeline)).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
${below.length === 0 ? "" : `<style>${textStyle}${tableStyle}</style>\n`}</head>
<body>
<main><div id="timeline"></div>${below.map((part) => `\n${part}`).join("")}</main>
<script type="application/json" id="data">${data}</script>
<script>${script()}</script>
</body>
</html>
`;
};

const textStyle = "main section { font: 14px/1.45 system-ui, sans-serif; color: #222; }";

/** The view, compiled for browsers with all that it imports. */
const script = (): string => {
  const page = fileURLToPath(new URL("../../results/timeline/page.ts", import.meta.url));
  const { outputFiles } = buildSync({
    entryPoints: [page],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text.replaceAll("</script", "<\\/script");
};
