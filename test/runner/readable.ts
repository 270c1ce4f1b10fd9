const machinery = /^\s*at .*(?:node_modules|node:|test\/runner\/(?:child|run-file|skip))/;

/** What Node printed, without the lines of a stack that are not ours, and with paths relative to the root. */
export const readable = (root: string, text: string): string =>
  text
    .split("\n")
    .filter((line) => !machinery.test(line))
    .join("\n")
    .replaceAll(`file://${root}/`, "")
    .replaceAll(`${root}/`, "");

/** What uvu printed of a failed test: it says the further lines of a message once more, before the stack. */
export const readableFailure = (root: string, text: string): string => {
  const lines = text.split("\n");
  const stack = lines.findLastIndex((line) => !line.startsWith("    at ")) + 1;
  let end = stack;
  while (end > 0 && lines.slice(0, end - 1).some((line) => `    ${line.trim()}` === lines[end - 1])) end--;
  return readable(root, [...lines.slice(0, end), ...lines.slice(stack)].join("\n"));
};
