/** Lines of cells with their columns under each other; the first column to the left, the others to the right. */
export const align = (rows: readonly (readonly string[])[]): string => {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, [...cell].length)),
    [],
  );
  const pad = (cell: string, i: number): string => {
    const space = " ".repeat(Math.max(0, widths[i]! - [...cell].length));
    return i === 0 ? cell + space : space + cell;
  };
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
};
