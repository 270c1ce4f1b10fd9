import type { Subnet } from "./ipv4.ts";

/** A network namespace on this machine that plays a host. */
export type NamespaceHost = {
  readonly name: string;
  /** IPv4, inside the subnet. */
  readonly address: string;
  /** Bytes per second in each direction, or undefined: not shaped. */
  readonly rate: number | undefined;
};

/** A machine that OpenSSH's client reaches as the user has configured it. */
export type SshHost = {
  readonly name: string;
  /** What is given to `ssh`: a name, an address, or a `Host` of the configuration. */
  readonly destination: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
};

export type NamespaceInventory = {
  readonly driver: "namespace";
  readonly name: string;
  readonly subnet: Subnet;
  readonly hosts: readonly NamespaceHost[];
};

export type SshInventory = {
  readonly driver: "ssh";
  readonly name: string;
  /** Absolute path of a configuration of OpenSSH's client, in place of the user's own. */
  readonly config: string | undefined;
  readonly hosts: readonly SshHost[];
};

/** The hosts of a testbed. Names are lower-case letters, digits and hyphens. */
export type Inventory = NamespaceInventory | SshInventory;
