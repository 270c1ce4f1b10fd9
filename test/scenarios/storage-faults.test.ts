import { suite } from "uvu";
import { tellFaults } from "./fault-cases.ts";

const test = suite("faults of storage and the data centre");

tellFaults(test, [
  [
    "a chain that never ends",
    "storage: { expired: keep-chain }",
    "1:21",
    /^storage\.expired: keep-chain .*give snapshot\.fullEvery$/,
  ],
  [
    "a grain finer than the interval",
    "storage: { retention: { keepAll: 1m, older: [{ every: 30s, for: 1h }] } }",
    "1:55",
    /one in 30s is more than the interval of 1m gives/,
  ],
  [
    "a grain that is no multiple of the one before",
    "storage: { retention: { keepAll: 1m, older: [{ every: 2m, for: 1h }, { every: 5m, for: 1d }] } }",
    "1:79",
    /^storage\.retention\.older\[1\]\.every: 5m is no multiple of every 2m before it/,
  ],
  [
    "a grain that keeps nothing",
    "storage: { retention: { keepAll: 1m, older: [{ every: 2h, for: 1h }] } }",
    "1:64",
    /^storage\.retention\.older\[0\]\.for: 1h is shorter than every 2h/,
  ],
  [
    "chains of versions that have none",
    "storage: { deduplicateVersions: true, expired: keep-chain }",
    "1:48",
    /^storage\.expired: versions that refer to each other's pages have no chains/,
  ],
  [
    "a chain to be read where there is none",
    "storage: { deduplicateVersions: true, restoreReads: chain }",
    "1:53",
    /^storage\.restoreReads: a version that refers to all its pages is read from them/,
  ],
  [
    "scrubbing that finds nothing",
    "storage: { checksums: false, scrub: 14d }",
    "1:37",
    /^storage\.scrub: without checksums scrubbing finds nothing/,
  ],
  [
    "a disk that does not hold one snapshot",
    "dataCentre: { host: { disk: { capacity: 1GiB } } }",
    "1:41",
    /^dataCentre\.host\.disk\.capacity: 1\.07 GB do not hold one snapshot of a VM: 3\.1\d GB$/,
  ],
  ["an unknown placement", "storage: { placement: rack-awre }", "1:23", /must be one of random, .*rack-aware\?/],
  [
    "a copyset without a number",
    "storage: { placement: copyset }",
    "1:23",
    /needs its scatter width, such as copyset\(4\)$/,
  ],
  ["a copyset that scatters nothing", "storage: { placement: copyset(0) }", "1:23", /scatters nothing/],
  [
    "a scatter width beyond the other hosts",
    "storage: { placement: copyset(12) }",
    "1:23",
    /^storage\.placement: a scatter width of 12 needs as many other hosts, and there are 11$/,
  ],
  [
    "hosts for one copyset only",
    "dataCentre: { racks: 1, hostsPerRack: 5 }\nstorage: { placement: copyset(2) }",
    "2:23",
    /5 hosts make only one copyset of 3/,
  ],
  [
    "a backup tier of all racks",
    "storage: { placement: tiered(3) }",
    "1:23",
    /^storage\.placement: a backup tier of 3 of 3 racks leaves none in front of it$/,
  ],
  [
    "too few hosts in front of the backup tier",
    "dataCentre: { racks: 2, hostsPerRack: 2 }\nstorage: { placement: tiered, copies: 3 }",
    "2:39",
    /2 hosts in front of the backup tier .*there are 1$/,
  ],
  [
    "a group that may lose all of its hosts",
    "storage: { policy: { kernel: { group: { size: 2, parity: 2 } } } }",
    "1:58",
    /a group of 2 hosts cannot lose 2 of them/,
  ],
  [
    "a group of more hosts than there are",
    "storage: { policy: { kernel: { group: { size: 13, parity: 2 } } } }",
    "1:47",
    /the other 12 hosts of a group need as many hosts beside .* there are 11 others/,
  ],
  [
    "a code without data",
    "storage: { policy: { kernel: { erasure: { data: 0, parity: 2 } } } }",
    "1:49",
    /^storage\.policy\.kernel\.erasure\.data: must be at least 1, not 0$/,
  ],
  [
    "a code with more fragments than other hosts",
    "storage: { policy: { kernel: { erasure: { data: 10, parity: 4 } } } }",
    "1:32",
    /^storage\.policy\.kernel\.erasure: 14 fragments need as many hosts beside .* there are 11 others$/,
  ],
  [
    "copies and a code at once",
    "storage: { policy: { kernel: { copies: 2, erasure: { data: 4, parity: 2 } } } }",
    "1:22",
    /^storage\.policy\.kernel: give just one of copies, erasure and group$/,
  ],
  [
    "anonymous pages that are to be read from a disk",
    "storage: { policy: { anonymous: { onLoss: re-read } } }",
    "1:43",
    /^storage\.policy\.anonymous\.onLoss: re-read cannot bring back anonymous pages: they are on no disk/,
  ],
  [
    "a kernel that is filled with zeros",
    "storage: { policy: { kernel: { onLoss: zero-fill } } }",
    "1:40",
    /^storage\.policy\.kernel\.onLoss: zero-fill cannot bring back kernel pages: .* write fail$/,
  ],
  [
    "an unknown host",
    "dataCentre: { host: rack-sever }",
    "1:21",
    /^dataCentre\.host: there is no rack-sever in the catalogue of hosts; did you mean rack-server\?/,
  ],
  ["an unknown disk", "dataCentre: { host: { disk: floppy } }", "1:29", /catalogue of disks; known are laptop-disk/],
  ["an unknown storage policy", "storage: { policy: page-awre }", "1:20", /did you mean page-aware\?/],
  [
    "layers without copies",
    "storage: { disk: { copies: 0 } }",
    "1:28",
    /^storage\.disk\.copies: must be at least 1, not 0$/,
  ],
  ["layers that are dropped", "storage: { disk: { copies: drop } }", "1:28", /"drop" is not known here/],
  [
    "more copies than other hosts",
    "storage: { copies: 12 }",
    "1:20",
    /^storage\.copies: 12 copies need as many hosts beside the one that captures, and there are 11 others$/,
  ],
  [
    "default copies on too few hosts",
    "dataCentre: { racks: 1, hostsPerRack: 3 }",
    "1:39",
    /^storage\.copies: 3 copies need .* there are 2 others$/,
  ],
  [
    "more copies of one class",
    "storage:\n  policy:\n    kernel: { copies: 20 }",
    "3:23",
    /^storage\.policy\.kernel\.copies: 20 copies/,
  ],
  [
    "dropped pages without which no restore succeeds",
    "storage: { policy: { anonymous: { copies: drop } } }",
    "1:43",
    /^storage\.policy\.anonymous\.onLoss: .*write kill-process$/,
  ],
]);

test.run();
