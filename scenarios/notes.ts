const number = /\d+(?:\.\d+)?/g;

/** Notes that differ in their numbers only become one, with ranges: `3–9 jumps`. The order is that of first appearance. */
export const collapseNotes = (notes: readonly string[]): string[] => {
  const groups = new Map<string, number[][]>();
  for (const note of notes) {
    const shape = note.replace(number, "#");
    const group = groups.get(shape) ?? [];
    groups.set(shape, [...group, (note.match(number) ?? []).map(Number)]);
  }
  return [...groups].map(([shape, rows]) => {
    let position = 0;
    return shape.replace(/#/g, () => {
      const figures = rows.map((row) => row[position]!);
      position++;
      const [least, most] = [Math.min(...figures), Math.max(...figures)];
      return least === most ? String(least) : `${least}–${most}`;
    });
  });
};
