/** The part of node:path that reading scenarios needs, for paths that begin with a slash. */
export const isAbsolute = (path: string): boolean => path.startsWith("/");

export const join = (...parts: readonly string[]): string => {
  const kept: string[] = [];
  for (const part of parts.join("/").split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `${isAbsolute(parts[0] ?? "") ? "/" : ""}${kept.join("/")}`;
};

export const basename = (path: string, ending = ""): string => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return ending !== "" && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
};

export const dirname = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

/** Below `from`, else the path itself, which is how it is shown. */
export const relative = (from: string, to: string): string => {
  const folder = from.endsWith("/") ? from : `${from}/`;
  return to.startsWith(folder) ? to.slice(folder.length) : to;
};
