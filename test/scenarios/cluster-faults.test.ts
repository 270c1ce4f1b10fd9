import { suite } from "uvu";
import { tellFaults } from "./fault-cases.ts";

const test = suite("faults of clusters");

tellFaults(test, [
  ["less memory than a page", "cluster: { vm: { memory: 1B } }", "1:26", /must be at least 4KiB, not 1B$/],
  [
    "more chunks than can be kept track of",
    "cluster: { vms: 100 }\nstorage: { chunk: 4KiB }",
    "2:19",
    /^storage\.chunk: of 4KiB cuts all memory into 104857600 chunks; at most 10000000/,
  ],
  [
    "an unknown model of dirtying",
    "cluster: { workload: { dirtyModel: lineal } }",
    "1:36",
    /^cluster\.workload\.dirtyModel: .*did you mean linear\?$/,
  ],
  ["an unknown pattern of traffic", "cluster: { traffic: { pattern: mesh } }", "1:32", /one of uniform, ring, star/],
  [
    "a rate of messages without unit",
    "cluster: { traffic: { messagesPerSecond: 5 } }",
    "1:42",
    /^cluster\.traffic\.messagesPerSecond: 5 has no unit/,
  ],
  [
    "a traffic matrix for other VMs",
    "cluster: { vms: 3, traffic: { matrix: [[0, 1/s], [2/s, 0]] } }",
    "1:31",
    /^cluster\.traffic\.matrix: has 2 rows for 3 VMs$/,
  ],
  [
    "a traffic matrix that is not square",
    "cluster: { vms: 2, traffic: { matrix: [[0, 1/s], [2/s]] } }",
    "1:50",
    /^cluster\.traffic\.matrix\[1\]: has 1 columns of 2$/,
  ],
  [
    "a VM that sends to itself",
    "cluster: { vms: 2, traffic: { matrix: [[0, 1/s], [2/s, 1/s]] } }",
    "1:56",
    /^cluster\.traffic\.matrix\[1\]\[1\]: VM 1 cannot send to itself: write 0$/,
  ],
  ["an unknown workload", "cluster: { workload: wbe }", "1:22", /did you mean web\?/],
  ["more memory than a host has", "cluster: { vm: { memory: 500GiB } }", "1:26", /does not fit on a host with 128GiB$/],
  [
    "more cores than a host has",
    "cluster: { vm: { cores: 33 } }",
    "1:25",
    /a VM with 33 cores does not fit on a host with 32 cores$/,
  ],
  [
    "more memory than all hosts have",
    "cluster: { vm: { memory: 100GiB }, vms: 13 }",
    "1:26",
    /13 VMs with 100GiB each do not fit on 12 hosts .* room for 12/,
  ],
  [
    "more cores than all hosts have, where only the count was written",
    "cluster:\n  vms: 193",
    "2:8",
    /^cluster\.vm\.cores: 193 VMs .* room for 192/,
  ],
  ["a disk of no bytes", "cluster: { vm: { disk: { bytes: 0B } } }", "1:33", /must be at least 4KiB, not 0B$/],
  [
    "a negative rate of writes",
    "cluster: { vm: { disk: { writeRate: -1MB/s } } }",
    "1:37",
    /^cluster\.vm\.disk\.writeRate: must be at least 0, not -1MB\/s$/,
  ],
  [
    "a disk that lies nowhere",
    "cluster: { vm: { disk: { on: ssd } } }",
    "1:30",
    /^cluster\.vm\.disk\.on: "ssd" is not known here: must be one of local, store$/,
  ],
  [
    "an unknown disk",
    "cluster: { vm: { disk: databse } }",
    "1:24",
    /there is no databse in the catalogue of vm disks; did you mean database\?/,
  ],
  [
    "a size instead of a disk",
    "cluster: { vm: { disk: 20GiB } }",
    "1:24",
    /^cluster\.vm\.disk: "20GiB" is not known here: must be none or a mapping of keys$/,
  ],
  [
    "guests that write more than the disk of their host takes",
    "cluster: { vm: { disk: { writeRate: 200MB/s } } }",
    "1:37",
    /^cluster\.vm\.disk\.writeRate: 8 guests together may write 1\.6GB\/s, its disk takes 1\.5GB\/s: nothing is left/,
  ],
  [
    "guests that write more than the store takes",
    "cluster: { vms: 16, antiAffinity: none, vm: { disk: { on: store, writeRate: 100MB/s } } }\ndataCentre: { host: { nic: 100gbe }, uplink: 100gbe }",
    "1:77",
    /16 guests together may write 1\.6GB\/s, the store takes 1177MB\/s/,
  ],
  [
    "a disk on a store without bandwidth",
    "cluster: { vm: { disk: { on: store } } }\ndataCentre: { store: { bandwidth: 0MB/s } }",
    "2:35",
    /must be above 0/,
  ],
  [
    "a block larger than the disk",
    "cluster: { vm: { disk: { bytes: 32KiB } } }",
    "1:33",
    /^storage\.disk\.block: of 64KiB is larger than the disk of 32KiB$/,
  ],
  [
    "more copies of layers than other hosts",
    "cluster: { vm: { disk: web } }\nstorage: { disk: { copies: 12 } }",
    "2:28",
    /^storage\.disk\.copies: 12 copies need as many hosts beside the one that captures, and there are 11 others$/,
  ],
  [
    "more chunks of disks than can be kept track of",
    "cluster: { vm: { disk: { bytes: 100TiB } } }",
    "1:33",
    /cuts all memory and all disks into 13107712 chunks/,
  ],
  [
    "anti-affinity between hosts that cannot hold",
    "cluster: { vms: 13, antiAffinity: host }",
    "1:35",
    /^cluster\.antiAffinity: host cannot hold: 13 VMs of a cluster on 12 hosts$/,
  ],
  [
    "anti-affinity between racks that cannot hold",
    "cluster: { vms: 4, antiAffinity: rack }",
    "1:34",
    /rack cannot hold: 4 VMs of a cluster on 3 racks$/,
  ],
  ["a quorum above the VMs", "cluster: { quorum: 9 }", "1:20", /^cluster\.quorum: is 9, but a cluster has only 8 VMs$/],
  ["a quorum that is no number", "cluster: { quorum: most }", "1:20", /must be all or a/],
  [
    "shares that do not add up",
    "cluster: { workload: { classes: { hot: { share: 0.5 } } } }",
    "1:24",
    /^cluster\.workload\.classes: shares of the classes must add up to 1, these add up to 1\.48$/,
  ],
  [
    "contents that do not add up",
    "cluster: { workload: { classes: { hot: { content: { zero: 0.5 } } } } }",
    "1:42",
    /content: content fractions must add up to 1, these add up to 1\.5$/,
  ],
]);

test.run();
