import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { LifeCycleEvent } from "../../models/life-cycle-events.ts";
import { packed } from "../../results/timeline/data.ts";
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
    // "</script>" inside of a string would end the script.
    const data = JSON.stringify(packed(this.#lanes.end())).replaceAll("<", "\\u003c");
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(this.#title.scenario)}</title>
</head>
<body>
<main id="timeline"></main>
<script type="application/json" id="data">${data}</script>
<script>${script()}</script>
</body>
</html>
`;
  }
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

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
