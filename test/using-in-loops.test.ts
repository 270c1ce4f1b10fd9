import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

// Node 20 has no `using`, so tsx lets esbuild rewrite it, and esbuild (0.28) keeps the error of one turn of a loop in a
// variable of the whole function: a later turn that ends well throws the old error once more. TypeScript and engines
// that know `using` do it right. So a block that may fail and be tried again in a loop is a function of its own:
//
//     for (;;) { try { using turn = …; } catch { … } }                          is not written, but
//     for (;;) { try { yield* useOnce(); } catch { … } }

const isLoop = (node: ts.Node): boolean => ts.isIterationStatement(node, /* lookInLabeledStatements */ false);

/** Whether a declaration is in a loop of its own function that goes on after an error of the declaration's block. */
const triedAgain = (declaration: ts.Node): boolean => {
  let caught = false;
  for (let node = declaration; !ts.isFunctionLike(node.parent) && !ts.isSourceFile(node.parent); node = node.parent) {
    if (ts.isTryStatement(node.parent) && node.parent.tryBlock === node && node.parent.catchClause) caught = true;
    if (caught && isLoop(node.parent)) return true;
  }
  return false;
};

/** Lines of `text` that declare something with `using` where esbuild's rewriting goes wrong. */
const trapsIn = (text: string): number[] => {
  const source = ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    const using = ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) >= ts.NodeFlags.Using;
    if (using && triedAgain(node)) lines.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lines;
};

const test = suite("using");

test("no source uses a resource in a block that a loop tries again after an error", () => {
  const root = new URL("../", import.meta.url);
  const folders = ["sim", "models", "scenarios", "real", "results", "notebooks", "bench", "test"];
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      path.endsWith(".ts") &&
      folders.includes(path.split("/")[0] ?? "") &&
      !/\/(node_modules|dist|build|runs|\.checked-\d+)\//.test(path),
  );
  assert.ok(paths.length > 50);
  const found = paths.flatMap((path) =>
    trapsIn(readFileSync(new URL(path, root), "utf8")).map((line) => `${path}:${line}`),
  );
  assert.is(found.join("\n"), "");
});

for (const [title, text, lines] of [
  ["in a loop that catches is found", "for (;;) {\n  try {\n    using a = f();\n  } catch {}\n}", [3]],
  ["in a nested loop that catches is found", "while (x) {\n try { for (;;) {\n using a = f(); } } catch {} }", [3]],
  ["awaited in a loop that catches is found", "for (;;) {\n  try { await using a = f(); } catch {}\n}", [2]],
  ["in a function called in a loop is right", "for (;;) { try { (() => { using a = f(); })(); } catch {} }", []],
  ["in a loop that an error ends is right", "try { for (;;) { using a = f(); } } catch {}", []],
  [
    "in a catch clause or a finally is right",
    "for (;;) { try {} catch { using a = f(); } finally { using b = f(); } }",
    [],
  ],
  ["without a loop is right", "try { using a = f(); } catch {}", []],
  ["is not const", "for (;;) { try { const a = f(); } catch {} }", []],
] as const)
  test(`what is used ${title}`, () => {
    assert.equal(trapsIn(text), lines);
  });

test.run();
