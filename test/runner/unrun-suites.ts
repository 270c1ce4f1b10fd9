const lastIndexOf = (source: string, expression: RegExp): number =>
  [...source.matchAll(expression)].at(-1)?.index ?? -1;

/**
 * Names of the suites in the source of a test file that have a test after their last `.run()`, or that have none:
 * uvu passes over such tests without a word.
 */
export const suitesThatNeverRun = (source: string): string[] => {
  const imported = /^import\s*\{[^}]*\btest\b[^}]*\}\s*from\s*"uvu"/m.test(source) ? ["test"] : [];
  const made = [...source.matchAll(/\b(?:const|let)\s+(\w+)\s*=\s*suite(?:<[^=]*>)?\(/g)].map(
    (match) => match[1] ?? "",
  );
  return [...imported, ...made].filter((name) => {
    const test = lastIndexOf(source, new RegExp(`(?<![.\\w])${name}(?:\\.only|\\.skip)?\\(`, "g"));
    return test > lastIndexOf(source, new RegExp(`(?<![.\\w])${name}\\.run\\(`, "g"));
  });
};
