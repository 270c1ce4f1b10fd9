import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

/** A file of tests and what its first lines ask of the runner. */
export type TestFile = {
  /** Relative to the root of the repository, with `/`. */
  readonly path: string;
  /** Seconds that the whole file may take: `// limit: 600s`. */
  readonly limit: number;
  /** Debian packages without which some of its tests are skipped: `// needs: chromium, qemu-system-x86`. */
  readonly needs: readonly string[];
  /** Real machines keep to real time in it, which they do not beside others: `// alone: yes`. */
  readonly isAlone: boolean;
};

const defaultLimit = 120;
const headLines = 20;

/**
 * Reads what the head of a test file asks for.
 * @throws Error naming the file, if a request cannot be understood: a limit with a typing error must not become the default.
 */
export const readTestFile = (root: string, path: string): TestFile => {
  const head = readFileSync(join(root, path), "utf8").split("\n", headLines);
  const request = (name: string): string | undefined =>
    head
      .find((line) => line.startsWith(`// ${name}:`))
      ?.slice(`// ${name}:`.length)
      .trim();

  const limit = request("limit");
  if (limit !== undefined && !/^[1-9]\d*s$/.test(limit))
    throw new Error(`${path}: "// limit: ${limit}" is not a number of seconds; write for example "// limit: 600s"`);
  const alone = request("alone");
  if (alone !== undefined && alone !== "yes") throw new Error(`${path}: "// alone: ${alone}" is not "// alone: yes"`);
  const needs = request("needs")?.split(/\s*,\s*/) ?? [];
  return {
    path,
    limit: limit === undefined ? defaultLimit : Number.parseInt(limit, 10),
    needs,
    isAlone: alone === "yes",
  };
};

/** Paths of all files `*.test.ts` below `folder`, relative to the root and sorted; fixtures are no tests. */
export const findTestFiles = async (root: string, folder = "test"): Promise<string[]> => {
  const entries = await readdir(join(root, folder), { recursive: true });
  return entries
    .filter((name) => name.endsWith(".test.ts") && !name.split(sep).includes("fixtures"))
    .map((name) => join(folder, name).replaceAll(sep, "/"))
    .sort();
};

/**
 * Which of `paths` a pattern means: all that contain it, where `*` stands for any characters.
 * "fluid", "test/sim/" and "sim/*-store" are patterns.
 */
export const matching = (pattern: string, paths: readonly string[]): string[] => {
  const literal = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(literal.join(".*"));
  return paths.filter((path) => expression.test(path));
};
