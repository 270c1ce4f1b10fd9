import * as z from "zod";
import { bytesPerSecond } from "../../scenarios/schema/quantity-schema.ts";

const name = z.string().describe("Name of the testbed: what it makes on hosts carries it");

const namespaceSchema = z.strictObject({
  driver: z.literal("namespace").describe("Network namespaces on this machine; needs root"),
  name,
  subnet: z.string().optional().describe("IPv4 network of hosts and guests, such as 10.77.0.0/24"),
  rate: bytesPerSecond("Rate of every host's link in each direction").optional(),
  hosts: z.record(
    z.string(),
    z
      .strictObject({
        address: z.string().optional().describe("IPv4 address; left out: the next one that is free"),
        rate: bytesPerSecond("Rate of its link in each direction").optional(),
      })
      .nullable(),
  ),
});

const sshSchema = z.strictObject({
  driver: z.literal("ssh").describe("Machines that OpenSSH's client reaches with the user's configuration and keys"),
  name,
  config: z.string().optional().describe("Configuration of OpenSSH's client in place of the user's own"),
  hosts: z.record(
    z.string(),
    z
      .strictObject({
        destination: z.string().optional().describe("Name, address, or Host of the configuration; left out: its name"),
        user: z.string().optional().describe("Who to be there"),
        port: z.int().min(1).max(65_535).optional().describe("Port of its sshd"),
      })
      .nullable(),
  ),
});

/** An inventory file, before what its values mean to each other is checked. */
export const inventorySchema = z.discriminatedUnion("driver", [namespaceSchema, sshSchema]);

export type NamespaceFile = z.infer<typeof namespaceSchema>;
export type SshFile = z.infer<typeof sshSchema>;
