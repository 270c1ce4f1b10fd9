import { transpile } from "@observablehq/notebook-kit";
import MarkdownIt from "markdown-it";
import { type Cell, cellsOf, endOfExpression, NotebookError } from "./cells.ts";

/** A notebook made ready for a browser: what it shows, and the program that brings it to life. */
export interface NotebookPage {
  readonly html: string;
  readonly script: string;
}

/** @throws NotebookError with the line of a cell that cannot be compiled */
export const notebookPage = (name: string, text: string): NotebookPage => {
  const cells = cellsOf(name, text);
  return {
    html: htmlOf(text),
    script: `import { define } from "virtual:notebook-runtime";\n${cells.map((cell, id) => definition(name, cell, id)).join("\n")}`,
  };
};

/** Cells are counted as they are met, in the order of `cellsOf`. */
const htmlOf = (text: string): string => {
  let id = 0;
  const md = new MarkdownIt({ html: true });
  const { escapeHtml } = md.utils;
  md.renderer.rules.fence = (tokens, i) => {
    const { info, content } = tokens[i]!;
    const [language, ...words] = info.trim().split(/\s+/);
    const code = `<pre tabindex="0"><code>${escapeHtml(content)}</code></pre>`;
    if (language !== "ts") return code;
    const cell = `<div class="cell" id="cell-${id++}"></div>\n`;
    return words.includes("open")
      ? `${code}${cell}`
      : `${cell}<details class="code"><summary>code</summary>${code}</details>\n`;
  };
  md.inline.ruler.before("escape", "expression", (state, silent) => {
    if (!state.src.startsWith("${", state.pos)) return false;
    const end = endOfExpression(state.src, state.pos + 2);
    if (end === undefined) return false;
    if (!silent) state.push("expression", "", 0);
    state.pos = end + 1;
    return true;
  });
  // The text rule stops at a dollar only when it is told to.
  md.inline.ruler.at("text", (state, silent) => {
    const special = /[\n$!#%&*+\-:<=>@[\\\]^_`{}~]/g;
    special.lastIndex = state.pos;
    const end = special.exec(state.src)?.index ?? state.posMax;
    if (end === state.pos) return false;
    if (!silent) state.pending += state.src.slice(state.pos, Math.min(end, state.posMax));
    state.pos = Math.min(end, state.posMax);
    return true;
  });
  md.renderer.rules["expression"] = () => `<span class="value" id="cell-${id++}"></span>`;
  md.renderer.rules["table_open"] = () => `<div class="scroll" tabindex="0"><table>`;
  md.renderer.rules["table_close"] = () => "</table></div>";
  return md.render(text);
};

const definition = (name: string, { kind, source, line, column }: Cell, id: number): string => {
  const value = kind === "inline" ? `text(${source})` : source;
  try {
    const { body, inputs, outputs, autodisplay } = transpile({
      id,
      mode: "ts",
      value,
      pinned: false,
      hidden: false,
    } as never);
    return `define(${id}, ${JSON.stringify({ id, inputs, outputs, autodisplay, display: true })}, ${body});`;
  } catch (error) {
    throw new NotebookError(`notebooks/${name}.md:${line}:${column}: ${(error as Error).message}`);
  }
};
