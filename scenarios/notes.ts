/** A number, or a range of numbers that an earlier summary made. */
const figure = /(\d+(?:\.\d+)?)(?:–(\d+(?:\.\d+)?))?/g;

/** Notes that differ in their numbers only become one, with ranges: `3–9 jumps`. The order is that of first appearance. */
export const collapseNotes = (notes: readonly string[]): string[] => {
  const groups = new Map<string, { least: number; most: number }[]>();
  for (const note of notes) {
    const shape = note.replace(figure, "#");
    const found = [...note.matchAll(figure)].map(([, from, to = from]) => ({ least: Number(from), most: Number(to) }));
    const ranges = groups.get(shape);
    if (ranges === undefined) groups.set(shape, found);
    for (const [i, range] of (ranges ?? []).entries()) {
      range.least = Math.min(range.least, found[i]!.least);
      range.most = Math.max(range.most, found[i]!.most);
    }
  }
  return [...groups].map(([shape, ranges]) => {
    const each = ranges.values();
    return shape.replace(/#/g, () => {
      const { least, most } = each.next().value!;
      return least === most ? String(least) : `${least}–${most}`;
    });
  });
};
