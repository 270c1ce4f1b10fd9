import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * The text of a file that grows by whole lines; one that is new gets its head. Half a line at its end, left by a run that was
 * killed, is cut off.
 *
 * @param read throws if this is no such file, which is left alone then
 */
export const rowsIn = <Rows>(path: string, head: string, read: (text: string) => Rows): Rows => {
  if (!existsSync(path)) writeFileSync(path, head);
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const rows = read(whole);
  if (whole !== text) writeFileSync(path, whole);
  return rows;
};
