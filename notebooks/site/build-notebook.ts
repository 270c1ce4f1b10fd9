import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Rolldown } from "vite";
import { escaped } from "../../results/pages/page.ts";
import { NotebookError } from "./cells.ts";
import { notebookPage } from "./notebook-page.ts";
import { notebookFolder, readNotebook, titleOf } from "./notebooks.ts";
import { outsideAddresses } from "./outside.ts";
import { notebookModules, pageModules } from "./page-modules.ts";

/**
 * Builds a notebook into one HTML file that needs nothing else: no server, no network, no other file.
 * @param text its markdown, with cells
 * @throws NotebookError if a cell cannot be compiled, or the page would ask a network for something
 */
export const buildNotebook = async (name: string, text = readNotebook(name)): Promise<string> => {
  const { html, script } = notebookPage(name, text);
  const page = wholePage(titleOf(name, text), html, await bundled(name, script));
  const outside = outsideAddresses(page);
  if (outside.length > 0) throw new NotebookError(`notebooks/${name}.md: the page would load ${outside.join(", ")}`);
  return page;
};

const bundled = async (name: string, script: string): Promise<string> => {
  const built = (await build({
    configFile: false,
    root: notebookFolder(),
    logLevel: "error",
    publicDir: false,
    plugins: [pageModules(), notebookModules({ [name]: script })],
    // From disk, Chromium starts no worker that is a module.
    worker: { format: "iife", plugins: () => [pageModules()] },
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      assetsInlineLimit: Number.MAX_SAFE_INTEGER,
      chunkSizeWarningLimit: 1e6,
      rolldownOptions: {
        input: `virtual:notebook/${name}`,
        // A page from disk cannot load modules beside it.
        output: { format: "es", codeSplitting: false },
        shimMissingExports: true,
      },
    },
  })) as Rolldown.RolldownOutput;
  const [chunk, ...others] = built.output;
  if (others.length > 0)
    throw new NotebookError(
      `notebooks/${name}.md falls apart into ${built.output.map(({ fileName }) => fileName).join(", ")}`,
    );
  return chunk.code;
};

/** What a page may do: run its own script and workers made of it, and ask nobody for anything. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob: data:; worker-src blob: data:; style-src 'unsafe-inline'; img-src data: blob:";

const wholePage = (title: string, html: string, script: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${readFileSync(join(notebookFolder(), "page/style.css"), "utf8")}</style>
</head>
<body>
<main>
${html}
</main>
<script type="module">${script.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--")}</script>
</body>
</html>
`;
