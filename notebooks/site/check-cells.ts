import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { moduleOf, NotebookError } from "./cells.ts";
import { notebookFolder, notebookNames, readNotebook } from "./notebooks.ts";

/**
 * Checks the types of all cells and of what they import.
 * @throws NotebookError with every fault at its line of the .md
 */
export const checkCells = (names = notebookNames(), read = readNotebook): void => {
  const folder = join(notebookFolder(), `.checked-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    for (const name of names) writeFileSync(join(folder, `${name}.ts`), imported(moduleOf(name, read(name))));
    const tsc = join(notebookFolder(), "../node_modules/typescript-native/bin/tsc");
    const config = join(folder, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../tsconfig.json", include: ["*.ts", "../page"] }));
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "--pretty", "false", "-p", config], {
      cwd: join(notebookFolder(), ".."),
      encoding: "utf8",
    });
    if (status !== 0)
      throw new NotebookError(
        `${stdout}${stderr}`
          .trim()
          .replace(/^notebooks\/\.checked-\d+\/(.*?)\.ts\((\d+),(\d+)\)/gm, "notebooks/$1.md:$2:$3"),
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What a cell imports, as it is seen from one folder below. */
const imported = (text: string): string => text.replace(/(\bfrom\s*"|\bimport\s*\(?\s*")(?=\.\.?\/)/g, "$1../");
