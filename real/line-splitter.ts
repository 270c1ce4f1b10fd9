/** A line that is longer than its reader takes: whoever sends it is not believed any further. */
export class LineTooLongError extends Error {
  override readonly name = "LineTooLongError";
  /** In bytes. */
  readonly limit: number;

  constructor(limit: number) {
    super(`a line of more than ${limit} bytes`);
    this.limit = limit;
  }
}

/**
 * Cuts a byte stream into lines of at most `limit` bytes, however it is split. Pieces are joined once, when their line
 * ends, so a long line costs time linear in its length; UTF-8 characters that a split tears apart stay whole. Blank
 * lines are left out.
 *
 * @returns what takes the chunks; it throws LineTooLongError as soon as a line, ended or not, is longer than `limit`,
 * after the lines before it have been given, and holds nothing from then on
 */
export const lineSplitter = (limit: number, onLine: (line: string) => void): ((chunk: Uint8Array) => void) => {
  let pieces: Uint8Array[] = [];
  let held = 0;
  const take = (piece: Uint8Array): void => {
    held += piece.length;
    if (held > limit) {
      pieces = [];
      held = 0;
      throw new LineTooLongError(limit);
    }
    pieces.push(piece);
  };
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      const line = Buffer.concat(pieces).toString("utf8");
      pieces = [];
      held = 0;
      start = end + 1;
      if (line.trim() !== "") onLine(line);
    }
    if (start < chunk.length) take(chunk.subarray(start));
  };
};
