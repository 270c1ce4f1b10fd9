import { spawnSync } from "node:child_process";

/**
 * Runs npm in a folder as a user would from a shell: without the settings that the npm above us hands down to scripts,
 * but with the user's own (a cache, a registry). Returns what it printed; throws with all of it if npm fails.
 */
export const npm = (cwd: string, ...args: string[]): string => {
  const inherited = /^npm_(package|lifecycle|command|config_(local_prefix|prefix|global_prefix|loglevel))/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier"];
  const { status, stdout, stderr, error } = spawnSync("npm", [...args, ...flags], { cwd, env, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`npm ${args.join(" ")} failed in ${cwd}:\n${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
};
