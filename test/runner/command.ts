import { fileURLToPath } from "node:url";

/** Options of Node that load sources as this process loads them, in any folder. */
const loading = process.execArgv.map((word) => (word === "tsx" ? import.meta.resolve(word) : word));

/** Arguments of Node that start a module of the sources, named by its path from the root of the repository. */
export const nodeArgs = (path: string, ...words: readonly string[]): string[] => [
  ...loading,
  fileURLToPath(new URL(`../../${path}`, import.meta.url)),
  ...words,
];

/** Arguments of Node that start a command of snapback. */
export const snapbackArgs = (...words: readonly string[]): string[] => nodeArgs("cli.ts", ...words);
