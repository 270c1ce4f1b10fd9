import { readFile } from "node:fs/promises";

const root = new URL("../../../", import.meta.url).href;
let folder = "";

/** Node calls it with what load.mjs gives. */
export const initialize = (given) => {
  folder = given;
};

const isSource = (url) => url.startsWith(root) && url.endsWith(".ts") && !url.startsWith(`${root}node_modules/`);

export const resolve = (specifier, context, next) => {
  if (!/^(\.|file:).*\.ts$/.test(specifier)) return next(specifier, context);
  return { url: new URL(specifier, context.parentURL).href, shortCircuit: true };
};

export const load = async (url, context, next) => {
  if (!isSource(url)) return next(url, context);
  const made = new URL(url.slice(root.length).replace(/\.ts$/, ".js"), folder);
  return { format: "module", source: await readFile(made), shortCircuit: true };
};
