import { join } from "node:path";
import { type Html, page } from "../../results/pages/page.ts";
import { writeAtomically } from "../../results/store/atomic-file.ts";
import { buildNotebook } from "./build-notebook.ts";
import { checkCells } from "./check-cells.ts";
import { notebookNames, readNotebook, titleOf } from "./notebooks.ts";

/** Checks and builds notebooks into a folder, each as one HTML file, with an index; says which file is written. */
export const buildSite = async (out: string, names: readonly string[], say: (path: string) => void): Promise<void> => {
  checkCells();
  for (const name of names) {
    const path = join(out, `${name}.html`);
    writeAtomically(path, await buildNotebook(name));
    say(path);
  }
  const index = join(out, "index.html");
  writeAtomically(index, indexPage());
  say(index);
};

/** Links to all notebooks. */
export const indexPage = (): string =>
  page("Snapback notebooks", [
    `<ol>${notebookNames()
      .map((name) => `<li><a href="${name}.html">${titleOf(name, readNotebook(name))}</a></li>`)
      .join("\n")}</ol>` satisfies Html,
  ]);
