import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { test } from "uvu";
import * as assert from "uvu/assert";

// Where `using` is not native (Node 20), the tool that runs our sources there translates it with esbuild, which keeps
// the error that left a `using` block in a variable of the whole function. If a loop goes on after such an error, the
// block throws it again in every later round (esbuild 0.28.2). A function of its own for the block is the way out.

const folders = ["sim", "models", "scenarios", "real", "results", "notebooks", "bench", "test"];

const isUsing = (node: ts.Node): node is ts.VariableDeclarationList =>
  ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using;

/** Whether an error that leaves `declaration` is caught in the same round of a loop of the same function. */
function isCaughtInLoop(declaration: ts.Node): boolean {
  let caught = false;
  for (let node = declaration; node.parent !== undefined && !ts.isFunctionLike(node); node = node.parent) {
    if (ts.isTryStatement(node.parent) && node.parent.tryBlock === node && node.parent.catchClause !== undefined) {
      caught = true;
    }
    if (caught && ts.isIterationStatement(node, false)) return true;
  }
  return false;
}

/** The lines, as `path:line`, of `using` declarations that could throw an old error. */
function offences(path: string, text: string): string[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isUsing(node) && isCaughtInLoop(node)) {
      found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

test("no loop catches what leaves a `using` block and goes round again", () => {
  const root = new URL("../", import.meta.url);
  const paths = folders.flatMap((folder) =>
    readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))
      .map((name) => `${folder}/${name}`),
  );
  assert.ok(paths.includes("sim/examples/machine-shop.ts"));
  assert.equal(
    paths.flatMap((path) => offences(path, readFileSync(new URL(path, root), "utf8"))),
    [],
  );
});

test("a `using` block in a loop is an offence if its errors are caught in the loop, and not otherwise", () => {
  const offending = "for (;;) { try { using a = b(); c(); } catch { d(); } }";
  assert.equal(offences("a.ts", offending), ["a.ts:1"]);
  assert.equal(offences("a.ts", "for (;;) { using a = b(); try { c(); } catch { d(); } }"), []);
  assert.equal(offences("a.ts", "try { for (;;) { using a = b(); } } catch { d(); }"), []);
  assert.equal(offences("a.ts", "for (;;) { try { e(function* () { using a = b(); }); } catch { d(); } }"), []);
  assert.equal(offences("a.ts", "try { using a = b(); } catch { d(); }"), []);
});

test.run();
