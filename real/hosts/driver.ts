import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { Package } from "../agent/programs.ts";

/** How programs come to run on the hosts of one kind of inventory. */
export interface Driver {
  readonly hosts: readonly string[];
  /** Where agents are to be reached by each other, in the order of hosts, if the inventory says. */
  readonly addresses: ReadonlyMap<string, string>;
  /** What keeps the controller from this kind of hosts; empty: nothing. */
  obstacles(): readonly Obstacle[];
  /** Starts the loader of agents on a host; it runs in the folder's name, so that it is found if the controller dies. */
  start(host: string, folder: string): ChildProcessWithoutNullStreams;
  /** Whether hosts are there to be started on; those that the driver makes may be down, or be there in part. */
  state(): "up" | "down" | "broken";
  /** Makes the hosts that are to be made, noting each thing in the record of `folder` before it is made. */
  make(folder: string): Promise<void>;
}

/** Something on the controller's machine that is missing, and the packages that bring it, if packages do. */
export type Obstacle = { readonly what: string; readonly packages: readonly Package[] };
