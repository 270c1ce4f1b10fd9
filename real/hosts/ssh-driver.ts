import { spawn } from "node:child_process";
import { join } from "node:path";
import { loader } from "../agent/program.ts";
import { connectionEnvironment, missing, packagesOf } from "../agent/programs.ts";
import type { SshHost, SshInventory } from "../inventory/inventory.ts";
import type { Driver } from "./driver.ts";

/**
 * What holds whatever the user's configuration says: keys of hosts are verified, nothing is asked, nothing is forwarded,
 * and no other command than ours is run.
 */
const rules = {
  BatchMode: "yes",
  StrictHostKeyChecking: "yes",
  NoHostAuthenticationForLocalhost: "no",
  VerifyHostKeyDNS: "no",
  UpdateHostKeys: "no",
  ClearAllForwardings: "yes",
  ForwardAgent: "no",
  ForwardX11: "no",
  GSSAPIDelegateCredentials: "no",
  Tunnel: "no",
  PermitLocalCommand: "no",
  RemoteCommand: "none",
  RequestTTY: "no",
  StdinNull: "no",
  ForkAfterAuthentication: "no",
  ConnectTimeout: "10",
  ServerAliveInterval: "15",
  ServerAliveCountMax: "3",
  LogLevel: "ERROR",
};

/** The same for every host: a shell there sees no word of an inventory. */
const remoteCommand = `exec node -e '${loader}'`;

/** The socket through which further sessions share the agent's connection. */
export const controlPath = (folder: string, host: string): string => join(folder, `${host}.ssh`);

/** What OpenSSH's client is given to reach a host. */
export const sshArguments = (config: string | undefined, folder: string, host: SshHost): string[] => [
  ...(config === undefined ? [] : ["-F", config]),
  ...Object.entries(rules).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ...["-o", "ControlMaster=auto", "-o", "ControlPersist=no", "-S", controlPath(folder, host.name)],
  ...(host.user === undefined ? [] : ["-l", host.user]),
  ...(host.port === undefined ? [] : ["-p", String(host.port)]),
  "--",
  host.destination,
];

/** Machines that OpenSSH's client reaches. */
export const sshDriver = (inventory: SshInventory): Driver => ({
  hosts: inventory.hosts.map(({ name }) => name),
  addresses: new Map(),
  obstacles: () => {
    const programs = missing(["ssh"]);
    return programs.length === 0 ? [] : [{ what: "ssh missing", packages: packagesOf(programs) }];
  },
  state: () => "up",
  make: async () => {},
  start: (name, folder) => {
    const host = inventory.hosts.find((each) => each.name === name)!;
    return spawn("ssh", [...sshArguments(inventory.config, folder, host), remoteCommand], {
      stdio: "pipe",
      env: connectionEnvironment(folder),
    });
  },
});
