// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so cells are written within paragraphs
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildNotebook } from "../../notebooks/site/build-notebook.ts";
import { cellsOf, NotebookError } from "../../notebooks/site/cells.ts";
import { checkCells } from "../../notebooks/site/check-cells.ts";
import { loadedData } from "../../notebooks/site/loaded-data.ts";
import { notebookPage } from "../../notebooks/site/notebook-page.ts";
import { notebookNames } from "../../notebooks/site/notebooks.ts";
import { outsideAddresses } from "../../notebooks/site/outside.ts";
import { preview } from "../../notebooks/site/preview.ts";
import type { CommandLine } from "../../scenarios/commands/command-line.ts";

const test = suite("building notebooks");

const refusal = async (build: () => unknown): Promise<string> => {
  try {
    await build();
  } catch (error) {
    assert.instance(error, NotebookError);
    return (error as Error).message;
  }
  throw new Error("it was built");
};

test("cells are blocks of ts and expressions in paragraphs, each at its line", () => {
  const text = "# A\n\n```ts\nconst a = {b: 1};\n```\n\nIt is ${a.b} or ${`${a.b}`}.\n\n```sh\necho ${HOME}\n```\n";
  assert.equal(
    cellsOf("a", text).map(({ kind, source, line, column }) => [kind, source, line, column]),
    [
      ["block", "const a = {b: 1};", 4, 1],
      ["inline", "a.b", 7, 9],
      ["inline", "`${a.b}`", 7, 19],
    ],
  );
  const { html, script } = notebookPage("a", text);
  assert.is((html.match(/id="cell-/g) ?? []).length, 3);
  assert.is((script.match(/^define\(/gm) ?? []).length, 3);
  assert.match(html, /echo \$\{HOME\}/);
});

test("a block that does not end and an expression that does not close are refused at their line", async () => {
  assert.match(await refusal(() => cellsOf("a", "# A\n```ts\nlet a = 1;\n")), /^notebooks\/a\.md:2:1: /);
  assert.match(await refusal(() => cellsOf("a", "# A\nIt is ${a\n}\n")), /^notebooks\/a\.md:2:7: /);
  assert.match(await refusal(() => notebookPage("a", "# A\n```ts\nlet = ;\n```\n")), /^notebooks\/a\.md:3:1: /);
});

test("types are checked in all cells, with the line and the column of the .md", async () => {
  const text = "# A\n\n```ts\nconst a = 1;\na.slice(1);\n```\n\nIt is ${a.length} ${a.toFixed(1)}.\n";
  const message = await refusal(() => checkCells(["wrong"], () => text));
  assert.equal(
    message.split("\n").map((line) => line.slice(0, line.indexOf(" "))),
    ["notebooks/wrong.md:5:3:", "notebooks/wrong.md:8:11:"],
  );
  assert.match(message, /'slice' does not exist on type/);
});

test("imports of a cell are checked, too", async () => {
  const text = '# A\n\n```ts\nimport { young } from "../models/analytic/optimal-interval.ts";\nyoung(1);\n```\n';
  assert.match(await refusal(() => checkCells(["wrong"], () => text)), /^notebooks\/wrong\.md:5:7: .*not assignable/);
});

test("what would ask a network for something is not built", async () => {
  const cell = (code: string): string => `# A\n\n\`\`\`ts\n${code}\n\`\`\`\n`;
  const build = (text: string) =>
    refusal(() => buildNotebook("a", text).catch((error) => Promise.reject(new NotebookError(error.message))));
  assert.match(await build(cell('import a from "https://cdn.jsdelivr.net/npm/d3/+esm";')), /jsdelivr/);
  assert.match(await build(cell('import a from "npm:d3";')), /d3/);
  assert.match(await build('# A\n\n<img src="https://example.org/a.png" alt="">\n'), /example\.org/);
  assert.equal(outsideAddresses('<a href="https://example.org/">further</a>'), []);
});

test("a loader gives its default export, and runs again when something it is made of has changed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "snapback-loader-"));
  try {
    const [loader, part, cache] = ["mine.ts", "part.json", "cache"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(
      loader,
      'import part from "./part.json" with { type: "json" };\nexport default { twice: 2 * part };\n',
    );
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(part, "21");
    assert.is(await loadedData(loader, cache), '{"twice":42}');
    assert.is(await loadedData(loader, cache), '{"twice":42}');
    assert.is(readdirSync(cache).length, 1);
    writeFileSync(part, "22");
    assert.is(await loadedData(loader, cache), '{"twice":44}');
    assert.is(readdirSync(cache).length, 2);
    writeFileSync(loader, 'throw new Error("no such luck");\n');
    assert.match(await refusal(() => loadedData(loader, cache)), /mine\.ts gives no data[\s\S]*no such luck/);
    writeFileSync(loader, "export const other = 1;\n");
    assert.match(await refusal(() => loadedData(loader, cache)), /needs a default export/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the preview shows what there is, to this machine, until it is interrupted", async () => {
  let [interrupt, printed] = [(): void => {}, ""];
  const line = {
    progress: process.stderr,
    onInterrupt: (call: () => void) => {
      interrupt = call;
      return () => {};
    },
  } as unknown as CommandLine;
  const over = await new Promise<{ readonly shown: Promise<void> }>((started) => {
    const shown = preview(
      {
        ...line,
        print: (text) => {
          printed = text;
          started({ shown });
        },
      },
      0,
    );
  }).then(async ({ shown }) => {
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed)![0];
    const index = await (await fetch(address)).text();
    for (const name of notebookNames()) assert.match(index, `href="${name}.html"`);
    const page = await fetch(`${address}07-your-own-scenario.html`);
    assert.is(page.status, 200);
    assert.match(await page.text(), "<h1>Your own scenario</h1>");
    assert.is((await fetch(`${address}nothing.html`)).status, 404);
    interrupt();
    await shown;
    return true;
  });
  assert.is(over, true);
});

test("a port that is taken is told of with what to do", async () => {
  const other = createServer();
  await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
  const { port } = other.address() as AddressInfo;
  try {
    await preview({ onInterrupt: () => () => {} } as unknown as CommandLine, port);
    throw new Error("it listens where another does");
  } catch (error) {
    assert.match((error as Error).message, `--port ${port}: something listens there already`);
    assert.match((error as Error).message, `--port ${port + 1}`);
  } finally {
    other.close();
  }
});

test.run();
