import { copysetLoss } from "../../models/analytic/simultaneous-loss.ts";
import { mixSaving, savingCeiling } from "../../models/analytic/storage-saving.ts";
import { asCopies, asGroup, overheadOf } from "../../models/store/redundancy.ts";
import { notCompared } from "./not-compared.ts";
import { coldStart, crossOver, diffPause, protection, stopAndCopy } from "./one-vm.ts";
import { distribution, responsive, rollback, timeWhereLinksSave } from "./rolled-back.ts";
import { meanOf, type Simulate, type Target } from "./target.ts";

/** 5,000 hosts, 1 % of which are lost at once; three copies. */
const copysetLosses = [1667, 8333, 275_000, 10_000_000].map(
  (copysets) => copysetLoss({ hosts: 5000, lost: 50 }, 3, copysets).any,
);

const cut = (simulate: Simulate, settings: readonly string[]): ReturnType<Simulate> =>
  simulate("cuts", ["sweep={}", "replications=2", ...settings]);

const paced = ["snapshot.cut=paced", "snapshot.capture=pre-copy", "snapshot.delivery=timeout"];

/** What papers report, as far as it can be set beside what is computed or simulated. */
export const published: readonly Target[] = [
  {
    id: "copysets",
    tier: "A",
    source: "Cidon et al., USENIX ATC 2013",
    what: "P(loss) when 1 % of 5,000 hosts are lost: 1,667, 8,333, 275,000 and 10^7 copysets",
    target: [0.00157, 0.00781, 0.228, 0.9999],
    tolerance: 0.02,
    ours: () => copysetLosses,
  },
  {
    id: "pars",
    tier: "A",
    source: "Li et al., PARS; algebra",
    what: "saving with 19 % critical pages in three copies, others in one; ceiling without dropping",
    target: [0.539, 0.667],
    tolerance: 0.003,
    ours: () => [mixSaving({ critical: 0.19, single: 0.81, dropped: 0 }, 3), savingCeiling(3)],
  },
  {
    id: "saving-70",
    tier: "A",
    source: "claim of a project report; algebra",
    what: "saving with 19 % critical pages in three copies, 33 % in one, 48 % dropped",
    target: [0.7],
    tolerance: 1e-9,
    ours: () => [mixSaving({ critical: 0.19, single: 0.33, dropped: 0.48 }, 3)],
  },
  {
    id: "full-pause",
    tier: "A",
    source: "forkd benchmarks (Apache-2.0), SATA SSD of 148 MB/s",
    what: "pause of a full stop-and-copy of 256, 512, 1024, 2048, 4096 MiB, seconds",
    target: [1.8, 3.4, 6.9, 14.5, 29.3],
    tolerance: 0.08,
    ours: (simulate) => Promise.all([256, 512, 1024, 2048, 4096].map((mebibytes) => stopAndCopy(simulate, mebibytes))),
  },
  {
    id: "diff-pause",
    tier: "A",
    source: "forkd benchmarks (Apache-2.0), SATA SSD of 148 MB/s",
    what: "pause of a diff of 2 GiB with 0, 10, 50, 100, 250, 500, 1000 MiB written, seconds",
    target: [0.594, 0.673, 0.921, 1.253, 2.398, 5.728, 10.708],
    tolerance: 0.15,
    ours: (simulate) =>
      Promise.all([0, 10, 50, 100, 250, 500, 1000].map((mebibytes) => diffPause(simulate, mebibytes))),
    why: "the pause with nothing written is theirs; up to 250 MiB ours follows, above that scattered pages cost them 10 to 13 ms a MiB, which is slower than the rate of their disk for whole images",
  },
  {
    id: "diff-cross-over",
    tier: "A",
    source: "forkd benchmarks (Apache-2.0), SATA SSD of 148 MB/s",
    what: "part of 2 GiB that is written when a diff takes as long as a full stop-and-copy, 50 to 65 %",
    target: [0.575],
    tolerance: 0.13,
    ours: async (simulate) => [await crossOver(simulate)],
    why: "a scattered page costs ours no more than its bytes, so a diff is never slower than its part of the whole: they meet only where the fixed cost of a diff is more than what it leaves out",
  },
  {
    id: "write-protection",
    tier: "A",
    source: "forkd benchmarks (Apache-2.0): 3.1 ms for each GiB",
    what: "arming 64, 256, 1024 MiB, seconds",
    target: [0.2e-3, 0.81e-3, 3.19e-3],
    tolerance: 0.1,
    ours: (simulate) => Promise.all([64, 256, 1024].map((mebibytes) => protection(simulate, mebibytes))),
    why: "the rate is theirs: what is tested is that it is linear",
  },
  {
    id: "reap",
    tier: "A",
    source: "Ustiugov et al., REAP, ASPLOS 2021",
    what: "cold start with a working set of 8 MB: pages on demand at 43 MB/s, before the start at 130, 275, 533 MB/s, seconds",
    target: [0.232, 0.118, 0.071, 0.06],
    tolerance: 0.15,
    ours: (simulate) =>
      Promise.all([
        coldStart(simulate, "on-demand", 43),
        ...[130, 275, 533].map((rate) => coldStart(simulate, "working-set", rate)),
      ]),
    why: "rates and the 50 ms of devices and start are theirs: what is tested is that they add up to their times",
  },
  {
    id: "scr",
    tier: "A",
    source: "SCR (Moody et al., SC 2010), documentation",
    what: "stored for each byte: partner, and parity groups of 8 with 1 and with 2 parities",
    target: [2, 8 / 7, 8 / 6],
    tolerance: 1e-9,
    ours: () => [overheadOf(asCopies(2)), overheadOf(asGroup(8, 1)), overheadOf(asGroup(8, 2))],
  },
  {
    id: "frisbee",
    tier: "B",
    source: "Hibler et al., Frisbee, USENIX ATC 2003",
    what: "as long for 80 disks as for one, of 625 MB over 100 Mbit/s: the ratio of the times",
    target: [1],
    tolerance: 0.2,
    ours: async (simulate) => {
      const [one, eighty] = await Promise.all([1, 80].map((disks) => distribution(simulate, disks)));
      return [eighty! / one!];
    },
  },
  {
    id: "frisbee-time",
    tier: "B",
    source: "Hibler et al., Frisbee, USENIX ATC 2003",
    what: "80 disks of 625 MB over 100 Mbit/s: 34 s",
    target: [34],
    tolerance: 0.2,
    ours: async (simulate) => [await distribution(simulate, 80)],
    why: "they compress what they send and leave out free blocks, by how much is not told; ours leaves out zeros and duplicates only",
  },
  {
    id: "hotsnap",
    tier: "B",
    source: "Cui et al., HotSnap, LISA 2013",
    what: "cut by colours: downtime and interruption of TCP, tens of ms each, seconds",
    target: [0.03, 0.03],
    tolerance: 3,
    measure: "factor",
    ours: async (simulate) => {
      const runs = await cut(simulate, ["snapshot.cut=colour"]);
      return [meanOf(runs, "pauseMean"), meanOf(runs, "tcpInterruptionMean")];
    },
  },
  {
    id: "syncsnap",
    tier: "B",
    source: "SyncSnap, HPCC 2014",
    what: "paced pre-copies: deviation tens of ms, interruption of TCP hundreds of ms, seconds",
    target: [0.03, 0.3],
    tolerance: 3,
    measure: "factor",
    ours: async (simulate) => {
      const runs = await cut(simulate, paced);
      return [meanOf(runs, "cutSkew"), meanOf(runs, "tcpInterruptionMean")];
    },
  },
  {
    id: "syncsnap-downtime",
    tier: "B",
    source: "SyncSnap, HPCC 2014",
    what: "paced pre-copies: downtime of milliseconds, seconds",
    target: [0.005],
    tolerance: 3,
    measure: "factor",
    ours: async (simulate) => [meanOf(await cut(simulate, paced), "pauseMean")],
    why: "20 ms are the fixed cost of a pause that HotSnap's downtime suggests, the rest is the last round, which may take the 300 ms that QEMU allows",
  },
  {
    id: "ehotsnap",
    tier: "B",
    source: "eHotSnap, IEEE TPDS 2023",
    what: "a cut by colours is made within a second: from the first VM to the last, and its pause, seconds",
    target: [1],
    tolerance: 0,
    measure: "atMost",
    ours: async (simulate) => {
      const runs = await cut(simulate, ["snapshot.cut=colour"]);
      return [meanOf(runs, "cutSkew") + meanOf(runs, "pauseMean")];
    },
    why: "the size of their cluster is not told: ours has 8 VMs",
  },
  {
    id: "iconsnap",
    tier: "B",
    source: "Hao et al., iConSnap, IEEE TSC",
    what: "downtime at an interval of 1 s: about 200 ms, seconds",
    target: [0.2],
    tolerance: 3,
    measure: "factor",
    ours: async (simulate) => [
      meanOf(
        await simulate("second-level-snapshots", ["sweep={}", "horizon=10m", "replications=2", "snapshot.interval=1s"]),
        "pauseMean",
      ),
    ],
    why: "ours protects 4 GiB and saves the state of the devices, at the costs of a KVM of today; theirs cuts a disk, too, and what it takes apart is not told",
  },
  {
    id: "hotrestore",
    tier: "B",
    source: "Cui et al., HotRestore, LISA 2014",
    what: "a cluster runs again after a few seconds, detection left out: 3 s",
    target: [3],
    tolerance: 3,
    measure: "factor",
    ours: async (simulate) => {
      const runs = await rollback(simulate, [
        "rollback.resume=working-set",
        "cluster.vms=8",
        "dataCentre.host.nic=1gbe",
      ]);
      return [meanOf(runs, "rtoMean") - 3600 * (meanOf(runs, "downtimeDetect") + meanOf(runs, "downtimePlan"))];
    },
  },
  {
    id: "wse",
    tier: "B",
    source: "Zhang et al., Working Set Estimation, VEE 2011",
    what: "part by which a working-set restore is responsive sooner than one on demand: more than 89 % for some workloads",
    target: [0.89],
    tolerance: 0.15,
    ours: async (simulate) => [
      1 - (await responsive(simulate, "working-set")) / (await responsive(simulate, "on-demand")),
    ],
    why: "set up as there with a hard disk for random reads: the 3 % of the working set that still miss cost more than 5 % of the speed until all pages are there",
  },
  {
    id: "mercurial",
    tier: "B",
    source: "Mercurial, UCC 2014: 34 % of the traffic, 28 % of the latency",
    what: "part of the time that multicast saves running VMs, at the similarity at which it saves 34 % over links",
    target: [0.28],
    tolerance: 0.15,
    ours: async (simulate) => [await timeWhereLinksSave(simulate, 0.34)],
    why: "neither their similarity nor their placement is told: the first is chosen so that the traffic agrees, the second is pack",
  },
  ...notCompared,
];
