// Makes a process load what transpile.ts has made: `node --import <URL of this>?<URL of its folder>`.
import { register } from "node:module";

const folder = decodeURIComponent(new URL(import.meta.url).search.slice(1));
register("./hooks.mjs", { parentURL: import.meta.url, data: folder });
process.setSourceMapsEnabled(true);
