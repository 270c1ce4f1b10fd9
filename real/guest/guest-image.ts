import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod/mini";
import { TestbedError } from "../testbed-error.ts";
import type { Application } from "./application.ts";
import { cpio } from "./cpio.ts";
import { type DebianPackage, DebianPackages, PackageError } from "./debian-packages.ts";
import { modulesFor } from "./kernel-modules.ts";
import { programFiles } from "./program-files.ts";

/** What guests boot: a kernel and its first file system, of Debian's packages and the workload of this project. */
export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
  /** Of all that it is made of. */
  readonly hash: string;
  readonly madeOf: readonly DebianPackage[];
}

const record = z.strictObject({
  hash: z.string(),
  madeOf: z.array(z.strictObject({ name: z.string(), version: z.string() })),
});

const sources = fileURLToPath(new URL(".", import.meta.url));
const wanted = ["virtio_pci", "virtio_blk", "virtio_net", "virtio_console", "qemu_fw_cfg"];
/** Whatever else changes in how an image is made. */
const edition = 1;
/** Debian's packages of an application with the libraries that they need, and the programs wanted of them. */
const parts = {
  redis: {
    packages: ["redis-server", "redis-tools"],
    like: /^(redis-|lib)/,
    programs: ["usr/bin/redis-server", "usr/bin/redis-benchmark"],
  },
} as const;

/** Where images are kept: `$XDG_CACHE_HOME/snapback/guests`. */
export const imageFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "snapback", "guests");

/**
 * The image of the workload: built from Debian's packages of today, or as it was built from the same ones before.
 *
 * @param folder of images
 * @param application that it has beside the workload
 * @throws TestbedError if a package, a compiler or room is missing, or the image is spoilt
 */
export const guestImage = async (
  folder: string,
  say: (line: string) => void,
  application?: Application,
): Promise<GuestImage> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const packages = new DebianPackages(folder);
  const found = async (): Promise<string> => {
    const made = await packagesOf(packages, application);
    const hash = hashOf(made);
    if (!existsSync(join(folder, hash))) await build(packages, made, { hash, folder, application }, say);
    return hash;
  };
  const hash = await found().catch(async (error: unknown) => {
    if (!(error instanceof PackageError)) throw error;
    // Older lists name what mirrors have no more.
    await packages.refresh();
    return found();
  });
  const place = join(folder, hash);
  return { kernel: join(place, "vmlinuz"), initrd: join(place, "initrd"), hash, madeOf: madeOf(place) };
};

const madeOf = (place: string): readonly DebianPackage[] => {
  try {
    return record.parse(JSON.parse(readFileSync(join(place, "image.json"), "utf8"))).madeOf;
  } catch {
    throw new TestbedError(
      `${place}: the image was altered, or is not whole; remove that folder, and it is built anew`,
    );
  }
};

const packagesOf = async (
  packages: DebianPackages,
  application: Application | undefined,
): Promise<readonly DebianPackage[]> => [
  await packages.resolve("linux-image-cloud-amd64", /^linux-image-\d/),
  await packages.resolve("busybox-static"),
  ...(application === undefined ? [] : await packages.closure(parts[application].packages, parts[application].like)),
];

const workloadFiles = (): string[] =>
  readdirSync(join(sources, "workload"))
    .filter((name) => /\.[ch]$|^Makefile$/.test(name))
    .toSorted();

const hashOf = (made: readonly DebianPackage[]): string => {
  const hash = createHash("sha256").update(JSON.stringify([edition, wanted, made]));
  for (const name of workloadFiles()) hash.update(name).update(readFileSync(join(sources, "workload", name)));
  return hash
    .update(readFileSync(join(sources, "init.sh")))
    .digest("hex")
    .slice(0, 16);
};

/** Builds beside the place, so that a half image is never found there. */
const build = async (
  packages: DebianPackages,
  made: readonly DebianPackage[],
  { hash, folder, application }: { hash: string; folder: string; application: Application | undefined },
  say: (line: string) => void,
): Promise<void> => {
  say(`Building an image of ${made.map(({ name, version }) => `${name} ${version}`).join(", ")} …`);
  const site = mkdtempSync(join(folder, ".building-"));
  try {
    const unpacked = join(site, "unpacked");
    mkdirSync(unpacked);
    for (const one of made) await packages.unpack(one, unpacked);
    const [release] = readdirSync(join(unpacked, "lib", "modules"));
    const modules = modulesFor(join(unpacked, "lib", "modules", release!), wanted);
    const order = modules.map(({ path }) => `${path}\n`).join("");
    const initrd = cpio([
      { path: "init", data: readFileSync(join(sources, "init.sh")), executable: true },
      { path: "bin/busybox", data: readFileSync(join(unpacked, "bin", "busybox")), executable: true },
      { path: "bin/workload", data: readFileSync(await compile(site)), executable: true },
      ...(application === undefined ? [] : await programFiles(unpacked, parts[application].programs)),
      { path: "modules/order", data: Buffer.from(order) },
      ...modules.map(({ path, data }) => ({ path: `modules/${path}`, data })),
    ]);
    const image = join(site, "image");
    mkdirSync(image, { mode: 0o700 });
    cpSync(join(unpacked, "boot", `vmlinuz-${release}`), join(image, "vmlinuz"));
    writeFileSync(join(image, "initrd"), initrd);
    writeFileSync(join(image, "image.json"), JSON.stringify({ hash, madeOf: made }));
    try {
      renameSync(image, join(folder, hash));
    } catch (error) {
      // Somebody else was faster, with the same.
      if (!existsSync(join(folder, hash))) throw error;
    }
  } finally {
    rmSync(site, { recursive: true, force: true });
  }
};

/** @returns the path of the workload */
const compile = async (site: string): Promise<string> => {
  const place = join(site, "workload");
  mkdirSync(place);
  for (const name of workloadFiles()) cpSync(join(sources, "workload", name), join(place, name));
  try {
    await promisify(execFile)("make", ["-s", "-C", place], { timeout: 120_000, maxBuffer: 2 ** 24 });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const reason = code === "ENOENT" ? "make is missing" : (stderr ?? String(error)).trim().slice(-600);
    throw new TestbedError(
      `the workload of guests is not compiled: ${reason}\napt-get install build-essential brings what it takes`,
    );
  }
  return join(place, "workload");
};
