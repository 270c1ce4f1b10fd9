import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NotebookError } from "./cells.ts";

/** The folder of the notebooks' sources. */
export const notebookFolder = (): string => fileURLToPath(new URL("..", import.meta.url));

/** Names of all notebooks, in their order. */
export const notebookNames = (): string[] =>
  readdirSync(notebookFolder())
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .map((name) => name.slice(0, -".md".length))
    .sort();

/** @throws NotebookError if there is no such notebook */
export const readNotebook = (name: string): string => {
  if (!notebookNames().includes(name))
    throw new NotebookError(`there is no notebook ${name}; there are ${notebookNames().join(", ")}`);
  return readFileSync(join(notebookFolder(), `${name}.md`), "utf8");
};

/** What its first heading says. */
export const titleOf = (name: string, text: string): string => {
  const title = /^# (.+)$/m.exec(text)?.[1];
  if (title === undefined) throw new NotebookError(`notebooks/${name}.md:1:1: a notebook begins with # and its title`);
  return title;
};
