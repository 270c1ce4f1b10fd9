import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ownerVariable } from "../ownership/processes.ts";

/** The packages of Debian that bring what hosts and controllers run. */
export const packageOf = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  ip: "iproute2",
  tc: "iproute2",
  nft: "nftables",
  nsenter: "util-linux",
  ssh: "openssh-client",
} as const satisfies Record<string, string>;
export type Program = keyof typeof packageOf;
export type Package = (typeof packageOf)[Program];

/** Sessions of users often lack the folders of the administrator's programs. */
const searched = (): string[] => [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];

/** The environment in which programs are found where `missing` looks for them. */
export const environment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: searched().join(delimiter) });

/** The same for what connects to a host in the name of `owner`, a folder, and is found by it whoever dies. */
export const connectionEnvironment = (owner: string): NodeJS.ProcessEnv => ({
  ...environment(),
  [ownerVariable]: owner,
});

/** For what runs on a host, and above all for QEMU, whose guest is not trusted: nothing that the user's session knows. */
export const environmentOf = (owner: string): NodeJS.ProcessEnv => ({
  PATH: searched().join(delimiter),
  LC_ALL: "C",
  [ownerVariable]: owner,
});

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Those of `programs` that this machine has not. */
export const missing = (programs: readonly Program[]): Program[] =>
  programs.filter((name) => !searched().some((folder) => folder !== "" && isProgram(join(folder, name))));

/** The packages that bring them, each once. */
export const packagesOf = (programs: readonly Program[]): Package[] => [
  ...new Set(programs.map((name) => packageOf[name])),
];

export const installCommand = (packages: readonly Package[]): string => `apt-get install ${packages.join(" ")}`;
