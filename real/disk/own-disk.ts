import { SharedRate } from "./shared-rate.ts";

/** At which a disk reads and writes, bytes per second. */
export interface DiskRates {
  readonly read: number;
  readonly write: number;
}

/**
 * What a slow disk lets pass of files of snapshots; both ways apart, as in the model. An agent is the process of its host that
 * reads and writes them, and a host has one disk: so it is the process's own, and as fast as it is when the process begins.
 *
 * Counted is what is written, before a file counts as being on the disk, and what is read to be sent to others or for a
 * restore. What has just been written and is read again, to be compared, hashed or loaded, lies in memory: no disk is asked then.
 */
export const ownDisk = { read: new SharedRate(), write: new SharedRate() } as const;

/** From now on it reads and writes no faster than this; null: as fast as it is. */
export const slowOwnDisk = (rates: DiskRates | null): void => {
  for (const way of ["read", "write"] as const) ownDisk[way].bytesPerSecond = rates?.[way] ?? Number.POSITIVE_INFINITY;
};
