import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { slowOwnDisk } from "../disk/own-disk.ts";
import { whatIsLeft } from "../ownership/end-made.ts";
import { userOf } from "../ownership/user.ts";
import type { HostStore } from "../store/host-store.ts";
import { countTraffic, trafficCounted } from "../traffic/tap-counters.ts";
import { dropFrom, leaveOutOf } from "./dropping.ts";
import { facts } from "./facts.ts";
import { giveChain, passOn } from "./file-chain.ts";
import { digestOf, spoilByte } from "./file-digest.ts";
import { giveFile, takeFile } from "./file-transfer.ts";
import { readFile, removeFile, sizeOf, writeFile } from "./files.ts";
import {
  askWorkload,
  captureGuest,
  ledgerOf,
  letGuestRun,
  makeDisk,
  pauseGuest,
  plugTap,
  restoreGuest,
  similarityIn,
  switchLink,
} from "./guests.ts";
import { holdings } from "./holdings.ts";
import { install } from "./install.ts";
import { PageFeeds, takePages, untilGuestRuns } from "./lazy-pages.ts";
import { MulticastOffers } from "./multicast/offers.ts";
import { takeMulticast } from "./multicast/take.ts";
import { OwnedProcesses } from "./owned-processes.ts";
import type { Arguments, Exited, Result, Verb } from "./protocol.ts";
import { probeAccelerator, probeQemu } from "./qemu-probe.ts";
import { Recordings, rebuildCapture } from "./recording.ts";
import { diskSpeed, receive, send } from "./speed.ts";

/** What an agent does when it is asked. */
export type Verbs = { readonly [V in Verb]?: (given: Arguments<V>) => Promise<Result<V>> };

const done = async (task: Promise<void>): Promise<Record<string, never>> => {
  await task;
  return {};
};

/** What changes nothing on the host. */
export const lookingVerbs = (folder: string): Verbs => ({
  ping: async () => ({}),
  facts: async () => facts(existsSync(folder) ? folder : tmpdir()),
  left: async () => ({ processes: whatIsLeft(folder).processes.length, inUse: userOf(folder)?.user ?? null }),
});

/** What an agent can do in a folder of its own. */
export const owningVerbs = (
  folder: string,
  files: string,
  store: HostStore,
  onExit: (exited: Exited) => void,
): Verbs => {
  const processes = new OwnedProcesses(folder, files, onExit);
  const offers = new MulticastOffers(files);
  const feeds = new PageFeeds(files);
  const recordings = new Recordings(folder, files);
  return {
    ...lookingVerbs(folder),
    holdings: () => holdings(folder, files),
    qemu: () => probeQemu(folder),
    accelerator: ({ accelerator }) => probeAccelerator(accelerator, folder, files),
    diskSpeed: ({ bytes }) => diskSpeed(files, bytes),
    receive,
    send,
    install: ({ packages }) => done(install(packages)),
    spawn: (given) => processes.spawn(given),
    stop: (given) => done(processes.stop(given)),
    capture: (given) => captureGuest(files, given),
    clock: async () => ({ seconds: Date.now() / 1000 }),
    pause: (given) => pauseGuest(files, given),
    goOn: (given) => done(letGuestRun(files, given)),
    plug: (given) => done(plugTap(folder, given)),
    ledger: (given) => ledgerOf(files, given),
    similarity: async (given) => similarityIn(files, given),
    contents: (given) => recordings.list(given),
    record: (given) => recordings.record(given),
    rebuild: (given) => rebuildCapture(folder, files, given),
    drop: (given) => dropFrom(folder, files, given),
    leaveOut: (given) => leaveOutOf(folder, files, given),
    disk: (given) => done(makeDisk(folder, files, given)),
    workload: (given) => askWorkload(files, given),
    restore: (given) => done(restoreGuest(files, given)),
    writeFile: (given) => done(writeFile(files, given)),
    readFile: (given) => readFile(files, given),
    removeFile: (given) => done(removeFile(files, given)),
    sizeOf: (given) => sizeOf(files, given),
    digestOf: (given) => digestOf(files, given),
    spoilByte: (given) => done(spoilByte(files, given)),
    slowDisk: async ({ rates }) => {
      slowOwnDisk(rates);
      return {};
    },
    takeFile: (given) => takeFile(files, given),
    takePages: (given) => takePages(files, given),
    offerPages: (given) => feeds.offer(given),
    givePages: (given) => feeds.give(given),
    hurryPages: async ({ token }) => feeds.hurry(token),
    runs: (given) => done(untilGuestRuns(files, given)),
    giveFile: (given) => giveFile(files, given),
    passOn: (given) => passOn(files, given),
    giveChain: (given) => giveChain(files, given),
    offerMulticast: (given) => offers.offer(given),
    takeMulticast: (given) => takeMulticast(files, given),
    giveMulticast: (given) => offers.give(given),
    link: (given) => done(switchLink(folder, given)),
    countTraffic: (given) => done(countTraffic(folder, given)),
    traffic: () => trafficCounted(folder),
    publish: ({ text }) => done(store.publish(text)),
    points: async () => ({ names: await store.points() }),
    manifest: async ({ name }) => ({ text: await store.manifest(name) }),
    verifyPoint: async ({ name }) => ({ states: await store.verify(name) }),
    retire: ({ name }) => done(store.retire(name)),
    putBack: ({ digest, name }) => done(store.putBack(digest, name)),
  };
};
