import { causes, failureCounts, type Ledger, type Sample } from "./ledger.ts";
import { stages } from "./stage-use.ts";

/** Result columns of one run (model.md, section 9); NaN where nothing was observed. Fractions, seconds and bytes. */
export type Columns = { readonly [column: string]: number };

const described: readonly Sample[] = [
  "pause",
  "captureDuration",
  "durabilityLatency",
  "tcpInterruption",
  "restorePointAge",
  "rpo",
  "rto",
  "ttr",
  "residency",
  "admissionWait",
  "clockJump",
  "tcpOutage",
];

/** @param seconds clusters × horizon: the time that all fractions refer to */
export const columnsOf = (ledger: Ledger, seconds: number): Columns => {
  const columns: { [column: string]: number } = {};
  const rollbacks = ledger.sum("rollbacks");
  const catchUp = ledger.sum("lostWork") / seconds;
  columns["availability"] = ledger.sum("up") / seconds;
  columns["availabilityNet"] = columns["availability"] - catchUp;
  columns["workRatio"] = ledger.sum("work") / seconds;
  for (const cause of causes)
    columns[`downtime${cause[0]!.toUpperCase()}${cause.slice(1)}`] = ledger.sum(cause) / seconds;
  columns["downtimeCatchUp"] = catchUp;
  for (const name of described) {
    const sample = ledger.sample(name);
    columns[`${name}Mean`] = sample.mean;
    columns[`${name}P50`] = sample.quantile(0.5);
    columns[`${name}P95`] = sample.quantile(0.95);
    columns[`${name}Max`] = sample.max;
  }
  columns["intervalAchieved"] = ledger.sample("intervalAchieved").mean;
  columns["cutSkew"] = ledger.sample("cutSkew").mean;
  columns["scrubDelay"] = ledger.sample("scrubDelay").mean;
  columns["preCopyRounds"] = ledger.sample("preCopyRounds").mean;
  columns["preCopyConverged"] = ledger.sample("preCopyConverged").mean;
  const vmSnapshots = ledger.sum("vmSnapshots");
  // Guests may have met the faults of a cut that was never complete.
  columns["faults"] = vmSnapshots > 0 ? ledger.sum("faults") / vmSnapshots : Number.NaN;
  columns["stall"] = ledger.sum("stallSeconds") / ledger.sum("runSeconds");
  columns["throttle"] = ledger.sum("throttledSeconds") / ledger.sum("runSeconds");
  for (const stage of stages)
    columns[`utilisation${stage[0]!.toUpperCase()}${stage.slice(1)}`] = ledger.sum(`${stage}Seconds`) / seconds;
  columns["pIntact"] = ledger.sum("intact") / rollbacks;
  columns["pDegraded"] = ledger.sum("degraded") / rollbacks;
  columns["pUsable"] = (ledger.sum("intact") + ledger.sum("degraded")) / rollbacks;
  columns["pFailed"] = ledger.sum("failed") / rollbacks;
  columns["pCorrupt"] = ledger.sum("corruptRestores") / rollbacks;
  const vmRollbacks = ledger.sum("vmIntact") + ledger.sum("vmDegraded") + ledger.sum("vmFailed");
  columns["pVmIntact"] = ledger.sum("vmIntact") / vmRollbacks;
  columns["pVmDegraded"] = ledger.sum("vmDegraded") / vmRollbacks;
  columns["pVmFailed"] = ledger.sum("vmFailed") / vmRollbacks;
  columns["storedBytes"] = ledger.sum("storedByteSeconds") / seconds;
  columns["storedPeak"] = ledger.storedPeak;
  columns["diskPeak"] = ledger.diskPeak;
  columns["diskStoredBytes"] = ledger.sum("diskByteSeconds") / seconds;
  columns["diskLayerBytes"] = ledger.sum("layerBytes") / ledger.sum("layers");
  columns["chainDepth"] = ledger.sum("chainDepth") / ledger.sum("snapshotsDurable");
  columns["stagedBytes"] = ledger.sum("stagedByteSeconds") / seconds;
  columns["diskFull"] = ledger.sum("diskFullSeconds") / seconds;
  columns["underReplicated"] = ledger.sum("underReplicatedSeconds") / seconds;
  for (const name of [
    "captureBytes",
    "sourceBytes",
    "linkBytes",
    "repairBytes",
    "restoreBytes",
    "restoreSourceBytes",
    "restoreLinkBytes",
    "restoreUplinkBytes",
    "restoreRawBytes",
    "restoreSavedDrop",
    "restoreSavedZero",
    "restoreSavedSelf",
    "restoreSavedInterVm",
    "restoreSavedHeld",
    "restoreSavedCompression",
    "restoreMisses",
    "reReadBytes",
    "zeroFilledBytes",
    "killedBytes",
    "scrubBytes",
  ] as const)
    columns[name] = ledger.sum(name);
  for (const name of counts) columns[name] = ledger.sum(name);
  return columns;
};

const counts = [
  "snapshots",
  "snapshotsDurable",
  "snapshotsFailed",
  "snapshotsLost",
  "snapshotsCorrupt",
  "latentErrors",
  "latentErrorsFound",
  "corruptions",
  "cutsBroken",
  "cutsForced",
  "orphans",
  "messagesDropped",
  "rollbacks",
  ...failureCounts,
] as const;
