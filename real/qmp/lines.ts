/**
 * Cuts a byte stream into lines, however it is split and however long a line is. Pieces are joined once, when their
 * line ends, so a long line costs time linear in its length; UTF-8 characters that a split tears apart stay whole.
 */
export const lineSplitter = (onLine: (line: string) => void): ((chunk: Uint8Array) => void) => {
  let pieces: Uint8Array[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...pieces, chunk.subarray(start, end)]).toString("utf8");
      pieces = [];
      start = end + 1;
      if (line.trim() !== "") onLine(line);
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  };
};
