import { resolve } from "node:path";
import type { Path } from "../../scenarios/text/issue.ts";
import type { Inventory, NamespaceHost, NamespaceInventory, SshInventory } from "./inventory.ts";
import type { NamespaceFile, SshFile } from "./inventory-schema.ts";
import { canHold, formatAddress, parseAddress, parseSubnet, type Subnet } from "./ipv4.ts";

/** Says that the value at `path`, or with `key` the key itself, cannot be. */
export type Complain = (path: Path, message: string, key?: true) => void;

/** Names of hosts become names of interfaces, of which Linux takes 15 characters. */
const namePattern = /^[a-z][a-z0-9-]{0,14}$/;
/** No interface can be given these names. */
const keptNames: readonly string[] = ["all", "default", "lo"];
const nameRule = "must be 1 to 15 lower-case letters, digits and hyphens, a letter first";
const destinationPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,252}$/;
const userPattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/;

const defaultSubnet = "10.77.0.0/24";
const mostHosts = 64;

/** What a file means, with all that is wrong told; sound only if nothing was. `folder` is where the file lies. */
export const resolveInventory = (file: NamespaceFile | SshFile, folder: string, complain: Complain): Inventory => {
  if (!namePattern.test(file.name)) complain(["name"], nameRule);
  const names = Object.keys(file.hosts);
  if (names.length === 0) complain(["hosts"], "has no host: give at least one, such as h1: {}");
  if (names.length > mostHosts) complain(["hosts"], `has ${names.length} hosts; at most ${mostHosts} are possible`);
  for (const name of names) if (!namePattern.test(name)) complain(["hosts", name], nameRule, true);
  return file.driver === "ssh" ? sshInventory(file, folder, complain) : namespaceInventory(file, complain);
};

const sshInventory = (file: SshFile, folder: string, complain: Complain): SshInventory => ({
  driver: "ssh",
  name: file.name,
  config: file.config === undefined ? undefined : resolve(folder, file.config),
  hosts: Object.entries(file.hosts).map(([name, host]) => {
    const { destination = name, user, port } = host ?? {};
    if (!destinationPattern.test(destination))
      complain(["hosts", name, "destination"], "must be a host's name or address: letters, digits and . _ : -");
    if (user !== undefined && !userPattern.test(user))
      complain(["hosts", name, "user"], "must be a user's name: letters, digits and _ . -");
    return { name, destination, user, port };
  }),
});

const namespaceInventory = (file: NamespaceFile, complain: Complain): NamespaceInventory => {
  const asked = file.subnet ?? defaultSubnet;
  const subnet = parseSubnet(asked);
  if (subnet === undefined) {
    complain(["subnet"], `must be an IPv4 network of 8 to 30 bits such as ${defaultSubnet}, with the host's bits 0`);
    return { driver: "namespace", name: file.name, subnet: { base: 0, bits: 8 }, hosts: [] };
  }
  return { driver: "namespace", name: file.name, subnet, hosts: addressed(file, subnet, complain) };
};

const addressed = (file: NamespaceFile, subnet: Subnet, complain: Complain): NamespaceHost[] => {
  for (const name of Object.keys(file.hosts).filter((each) => keptNames.includes(each)))
    complain(["hosts", name], "is no name for an interface: Linux keeps it for itself", true);
  const holders = new Map<number, string>();
  for (const [name, host] of Object.entries(file.hosts)) {
    if (host?.address === undefined) continue;
    const path = ["hosts", name, "address"];
    const address = parseAddress(host.address);
    if (address === undefined) complain(path, "must be an IPv4 address such as 10.77.0.1");
    else if (!canHold(subnet, address)) complain(path, `is not an address for a host of ${subnetName(subnet)}`);
    else if (holders.has(address)) complain(path, `is the address of ${holders.get(address)} already`);
    else holders.set(address, name);
  }
  const given = new Map([...holders].map(([address, name]) => [name, address]));
  let next = subnet.base + 1;
  return Object.entries(file.hosts).map(([name, host]) => {
    let address = given.get(name);
    if (address === undefined) {
      while (holders.has(next)) next++;
      if (!canHold(subnet, next)) complain(["hosts", name], `finds no free address in ${subnetName(subnet)}`, true);
      holders.set(next, name);
      address = next;
    }
    return { name, address: formatAddress(address), rate: host?.rate ?? file.rate };
  });
};

/** `10.77.0.0/24`. */
export const subnetName = ({ base, bits }: Subnet): string => `${formatAddress(base)}/${bits}`;
