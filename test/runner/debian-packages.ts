import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findCommand } from "./find-command.ts";
import type { TestFile } from "./test-file.ts";

/** Packages that tests may ask for with `// needs: <package>`, each with a command that shows that it is installed. */
export const debianPackages: Readonly<Record<string, string>> = {
  "build-essential": "make",
  chromium: "chromium",
  iproute2: "ip",
  makedumpfile: "makedumpfile",
  munge: "munge",
  nftables: "nft",
  "openssh-server": "sshd",
  "poppler-utils": "pdftotext",
  "qemu-system-x86": "qemu-system-x86_64",
  "qemu-utils": "qemu-img",
  "slurm-wlm": "sbatch",
};

/** What is needed and not installed, with the files that need it. */
export type Missing = ReadonlyMap<string, readonly string[]>;

/**
 * The packages that `files` need and whose command is not on PATH.
 * @throws Error naming the file, if it needs a package that the list does not know.
 */
export const missingPackages = (files: readonly TestFile[], installed = findCommand): Missing => {
  const missing = new Map<string, string[]>();
  for (const { path, needs } of files)
    for (const need of needs) {
      const command = debianPackages[need];
      if (command === undefined)
        throw new Error(`${path} needs "${need}", which test/runner/debian-packages.ts does not list; add it there`);
      if (installed(command) === undefined) missing.set(need, [...(missing.get(need) ?? []), path]);
    }
  return missing;
};

const aptGet = (...args: string[]) =>
  spawnSync("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], {
    encoding: "utf8",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

/**
 * As root on Debian installs what is missing; elsewhere says what stays out. The tests themselves find out what is
 * there and skip themselves with a reason, so nothing here decides what runs.
 */
export const providePackages = (missing: Missing, say: (line: string) => void): void => {
  if (missing.size === 0) return;
  const names = [...missing.keys()];

  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    for (const [name, paths] of missing) say(`Not installed: ${name}; some tests are skipped in ${paths.join(", ")}`);
    say(`As root on Debian the tests install it themselves; by hand: apt-get install ${names.join(" ")}`);
    return;
  }

  say(`Installing what tests need from Debian: ${names.join(" ")} …`);
  const update = aptGet("update");
  const install = aptGet("install", "--no-install-recommends", ...names);
  if (install.status !== 0)
    say(`apt-get could not install it; tests that need it are skipped:\n${update.stderr}${install.stderr}`.trimEnd());
};
