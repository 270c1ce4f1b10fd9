import type { Target } from "./target.ts";

const rows: readonly (readonly [id: string, tier: "A" | "B", source: string, what: string, why: string])[] = [
  [
    "vmscatter",
    "B",
    "VMScatter, VEE 2013",
    "74.2 % less data with multicast",
    "needs 71 % of all pages in common, as its text says: freshly started VMs of one image; guests that ran share less",
  ],
  [
    "consnap",
    "B",
    "ConSnap, 2014",
    "loss of performance by interval",
    "drawn beside ours in the figure published-trends, which says what differs",
  ],
  [
    "vnsnap",
    "B",
    "VPC against VNsnap",
    "45 to 50 % less downtime",
    "its prediction of pages to be written is not simulated",
  ],
  [
    "park",
    "B",
    "Park et al., 2011",
    "81 % less data by leaving out pages that the disk has",
    "the mix of their desktops is in the catalogue only as derived: see snapback saving",
  ],
  [
    "sonicmigration",
    "B",
    "SonicMigration, APSys 2012",
    "up to 68.3 % less time and 83.9 % less data without free and cache pages",
    "the mixes of their guests are not told: see page-aware-copies for those that are",
  ],
  [
    "vm-ucheckpoint",
    "B",
    "VM-uCheckpoint, DSN 2010",
    "6.3 % overhead at an interval of 50 ms",
    "keeps checkpoints in the memory of the same machine, which no restore here reads",
  ],
  [
    "tiered",
    "B",
    "Cidon et al., Tiered Replication, 2015",
    "MTTF 20,000 times as long",
    "its correlated failures are told as a rate only; snapback loss takes others",
  ],
  [
    "vmtorrent",
    "B",
    "VMTorrent, CoNEXT 2012",
    "11 to 30 times faster than NFS for 100 instances",
    "a central NFS server is no source of restores here; see p2p-1",
  ],
  [
    "remus",
    "B",
    "Remus and HydraVM",
    "epochs of 25 ms, restore in 1.6 s",
    "checkpoints of a running stand-by are not simulated",
  ],
  [
    "cloud-hypervisor",
    "B",
    "Cloud Hypervisor",
    "727 ms against 6 ms to the event for 1 GiB",
    "measures return from a call, which says nothing of pages",
  ],
];

/** Publications beside which nothing here can be set. */
export const notCompared: readonly Target[] = rows.map(([id, tier, source, what, why]) => ({
  id,
  tier,
  source,
  what,
  target: [],
  tolerance: 0,
  why,
}));
