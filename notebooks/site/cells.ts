/** A piece of TypeScript in a notebook: a fenced block, or a `${…}` within a paragraph. */
export interface Cell {
  readonly kind: "block" | "inline";
  readonly source: string;
  /** Of the first line of the source, from 1. */
  readonly line: number;
  /** Of its first character, from 1. */
  readonly column: number;
  /** The words after the language, such as `open`. */
  readonly words: readonly string[];
}

/** Something in a notebook that stops its build. The message begins with file, line and column where it has a place. */
export class NotebookError extends Error {
  override readonly name = "NotebookError";
}

const opening = /^(`{3,})\s*(\S*)\s*(.*)$/;

/**
 * All cells of a notebook in their order. Blocks are fenced by backquotes at the beginning of a line.
 * @throws NotebookError where a block or an expression does not end
 */
export const cellsOf = (name: string, text: string): readonly Cell[] => {
  const cells: Cell[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    const fence = opening.exec(lines[i]!);
    if (fence === null) {
      cells.push(...inlineCells(name, lines[i]!, i + 1));
      continue;
    }
    const end = lines.findIndex((line, j) => j > i && line.trimEnd() === fence[1]);
    if (end < 0) throw new NotebookError(`notebooks/${name}.md:${i + 1}:1: this block does not end`);
    if (fence[2] === "ts")
      cells.push({
        kind: "block",
        source: lines.slice(i + 1, end).join("\n"),
        line: i + 2,
        column: 1,
        words: fence[3]!.split(/\s+/).filter((word) => word !== ""),
      });
    i = end;
  }
  return cells;
};

const inlineCells = (name: string, line: string, number: number): Cell[] => {
  const cells: Cell[] = [];
  for (let at = line.indexOf("${"); at >= 0; ) {
    const end = endOfExpression(line, at + 2);
    if (end === undefined)
      throw new NotebookError(`notebooks/${name}.md:${number}:${at + 1}: \${ without } on its line`);
    cells.push({ kind: "inline", source: line.slice(at + 2, end), line: number, column: at + 3, words: [] });
    at = line.indexOf("${", end + 1);
  }
  return cells;
};

/** Where the brace stands that closes an expression from `start` on; undefined without one on the line. */
export const endOfExpression = (text: string, start: number): number | undefined => {
  let depth = 0;
  for (let i = start; i < text.length && text[i] !== "\n"; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && depth-- === 0) return i;
  }
  return undefined;
};

/**
 * One module of all cells, each at the line and the column where it stands in the notebook, so that what a compiler says
 * of the one holds for the other.
 */
export const moduleOf = (name: string, text: string): string => {
  const lines = text.split("\n").map(() => "");
  for (const { kind, source, line, column } of cellsOf(name, text)) {
    if (kind === "block") {
      for (const [i, one] of source.split("\n").entries()) lines[line - 1 + i] = one;
      lines[line - 2] += ";";
    } else lines[line - 1] = `${lines[line - 1]!.padEnd(column - 3)};(${source});`;
  }
  return `${lines.join("\n")}\nexport {};\n`;
};
