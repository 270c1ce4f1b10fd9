import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a compiled product is told of its sources, in its root. */
export const fingerprintFile = "code-fingerprint.txt";

/** All that a run depends on: the core, the models, and how a scenario becomes a run. */
const parts = ["sim", "models", "scenarios/simulate.ts", "scenarios/own-policy"];
const left = /(^|\/)(dist|node_modules|test)\/|\.md$|\.json$/;

/**
 * The hash of the sources that the figures of a run depend on. The compiled product carries that of the sources it was compiled
 * from, so both know the same runs.
 */
export const codeFingerprint = (): string => {
  const root = new URL("../../", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) return readFileSync(new URL(fingerprintFile, root), "utf8").trim();
  return fingerprintOf(fileURLToPath(root));
};

/** @param root folder of the sources, with the separator at its end */
export const fingerprintOf = (root: string): string => {
  const hash = createHash("sha256");
  const paths = parts.flatMap((part) =>
    part.endsWith(".ts")
      ? [part]
      : readdirSync(`${root}${part}`, { recursive: true, encoding: "utf8" }).map((name) => `${part}/${name}`),
  );
  for (const path of paths.map((one) => one.replaceAll("\\", "/")).sort()) {
    if (!path.endsWith(".ts") || left.test(path)) continue;
    hash
      .update(`${path}\0`)
      .update(readFileSync(`${root}${path}`))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 16);
};
