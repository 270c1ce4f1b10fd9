import type { StoragePlan } from "../../models/scenario.ts";
import type { Arguments, Result } from "../agent/protocol.ts";
import { allOf } from "../all-of.ts";
import { hashBytes } from "../capture/page-record.ts";
import { TestbedError } from "../testbed-error.ts";
import { type CommonPack, commonContents } from "./common-contents.ts";
import { type CopyGroup, copyGroups } from "./copy-groups.ts";
import { losableTypes } from "./dropped-types.ts";
import type { HostFiles } from "./host-files.ts";
import type { RealVm } from "./real-cluster.ts";
import type { RealHost } from "./real-host.ts";
import type { RealPack, RealPart } from "./real-snapshot.ts";

const quick = 10_000;
const slow = 300_000;
const pageBytes = 4096;
/** Of a file in one message. */
const chunk = 2 ** 18;

/** A guest's capture, and the files that it left on its host. */
export interface ToRecord {
  readonly vm: RealVm;
  readonly captured: Result<"capture"> & { readonly file: string };
}

/** A guest's capture, recorded. */
export interface Taken {
  readonly part: RealPart;
  readonly isWhole: boolean;
}

/** What is recorded of a guest, and upon what. */
interface Begun extends ToRecord {
  readonly host: RealHost;
  readonly disk: string;
  readonly base: RealPart | undefined;
  readonly packs: Arguments<"record">["packs"];
  readonly losable: Pick<Arguments<"record">, "losable">;
}

/** A pack that guests share. */
interface SharedPack {
  readonly pack: CommonPack;
  /** The host of the guest that wrote it, and the record that it was written for. */
  readonly source: RealHost;
  readonly record: string;
}

interface RecorderParts {
  readonly files: HostFiles;
  readonly storage: StoragePlan;
  /** Records hold what changed since the version before. */
  readonly isIncremental: boolean;
  readonly onNote: (note: string) => void;
}

/** Puts captures of guests into records and packs on their hosts. */
export class Recorder {
  readonly #files: HostFiles;
  readonly #storage: StoragePlan;
  readonly #groups: readonly CopyGroup[];
  readonly #isIncremental: boolean;
  readonly #onNote: (note: string) => void;
  /** Packs that guests have shared so far, by name, as long as any of their copies is left. */
  readonly #shared = new Map<string, SharedPack>();

  constructor({ files, storage, isIncremental, onNote }: RecorderParts) {
    this.#files = files;
    this.#storage = storage;
    this.#groups = copyGroups(storage);
    this.#isIncremental = isIncremental;
    this.#onNote = onNote;
  }

  /** @param wholeNow they hold all pages of their cut */
  async record(captures: readonly ToRecord[], wholeNow: boolean): Promise<Taken[]> {
    const begun = await allOf(captures.map((one) => this.#begin(one, wholeNow)));
    const shared = await this.#common(begun);
    // What any of them still refers to is needed by the versions before: those stay until all are recorded.
    const finished: (() => void)[] = [];
    try {
      return await allOf(begun.map((one, i) => this.#record(one, shared[i]!, finished)));
    } finally {
      for (const finish of finished) finish();
    }
  }

  async #begin({ vm, captured }: ToRecord, wholeNow: boolean): Promise<Begun> {
    const host = vm.host!;
    const { file, disk } = captured;
    if (disk === null || disk !== vm.disks.at(-1))
      throw new TestbedError(`${vm.name}: its disk at the cut is ${disk}, and not ${vm.disks.at(-1)}`);
    const base = this.#isIncremental && !wholeNow ? await this.#baseOf(vm, host) : undefined;
    const packs = this.#groups.map(({ types }, group) => ({ name: `${file}.pack${group}`, types: [...types] }));
    return { vm, captured, host, disk, base, packs, losable: this.#losable(disk) };
  }

  #losable(disk: string): Begun["losable"] {
    const { zeroFilled, reRead, killing } = losableTypes(this.#storage);
    if (zeroFilled.length + reRead.length + killing.length === 0) return {};
    return { losable: { disk, zeroFilled: [...zeroFilled], reRead: [...reRead], killing: [...killing] } };
  }

  /** What the next version of a VM can build on: all of it lies where it is captured, but for what guests share. */
  async #baseOf({ version }: RealVm, host: RealHost): Promise<RealPart | undefined> {
    if (version === undefined) return undefined;
    const own = [...version.records, ...version.packs.filter(({ from }) => from === undefined).map(({ name }) => name)];
    await this.#files.removeWrong(host, own);
    const isThere =
      own.every((name) => host.files.has(name)) &&
      version.packs.every(({ name }) => this.#files.holders(name).length > 0);
    return isThere ? version : undefined;
  }

  /** Packs that each of the guests is to refer to. */
  async #common(begun: readonly Begun[]): Promise<SharedPack[][]> {
    const referred: SharedPack[][] = begun.map(() => []);
    const { deduplication } = this.#storage;
    if (deduplication !== "host" && deduplication !== "hosts") return referred;
    for (const name of this.#shared.keys()) if (this.#files.holders(name).length === 0) this.#shared.delete(name);
    const lists = await allOf(begun.map((one) => this.#contentsOf(one)));
    const needed = new Set(begun.flatMap(({ vm }) => vm.version?.packs.map(({ name }) => name) ?? []));
    const scopes = new Map<RealHost | "all", number[]>();
    for (const [i, { host }] of begun.entries()) {
      const scope = deduplication === "hosts" ? "all" : host;
      scopes.set(scope, [...(scopes.get(scope) ?? []), i]);
    }
    for (const [scope, members] of scopes) {
      const known = [...this.#shared.values()].filter(
        ({ pack, source }) => needed.has(pack.name) && (scope === "all" || source === scope),
      );
      const common = commonContents(
        members.map((i) => lists[i]!),
        known.map(({ pack }) => pack),
      );
      for (const { pack, users } of common) {
        const guests = users.map((user) => members[user]!);
        const { host, captured } = begun[guests[0]!]!;
        const shared = known.find((one) => one.pack === pack) ?? {
          pack,
          source: host,
          record: recordOf(captured.file),
        };
        this.#shared.set(pack.name, shared);
        for (const i of guests) referred[i]!.push(shared);
      }
    }
    return referred;
  }

  /** The contents that a guest adds. */
  async #contentsOf({ host: { agent }, captured: { file }, packs, base, losable }: Begun): Promise<Buffer> {
    const name = `${file}.contents`;
    const asked = { stream: file, name, packs, base: base?.records.at(-1) ?? null, ...losable };
    await agent.ask("contents", asked, slow);
    const pieces: Buffer[] = [];
    for (let offset = 0, isOver = false; !isOver; ) {
      const { data, end } = await agent.ask("readFile", { name, offset, bytes: chunk }, quick);
      pieces.push(Buffer.from(data, "base64"));
      offset += pieces.at(-1)!.length;
      isOver = end;
    }
    await agent.ask("removeFile", { name }, quick);
    return Buffer.concat(pieces);
  }

  async #record(
    { vm, captured: { file }, host, disk, base, packs: planned, losable }: Begun,
    shared: readonly SharedPack[],
    finished: (() => void)[],
  ): Promise<Taken> {
    const { agent } = host;
    const record = recordOf(file);
    const asked = { stream: file, name: record, packs: planned, base: base?.records.at(-1) ?? null, ...losable };
    const once = await this.#toShare(host, file, shared);
    const recorded = await agent.ask("record", { ...asked, ...(once === undefined ? {} : { once }) }, slow);
    for (const name of [file, ...(once?.list ? [once.list] : [])]) await agent.ask("removeFile", { name }, quick);
    if (recorded.untyped !== null)
      this.#onNote(
        `${vm.name}: all its pages are stored as the best, as its kernel does not tell them: ${recorded.untyped}`,
      );
    if (recorded.kept > 0)
      this.#onNote(`${vm.name}: ${recorded.kept} pages of its cache are not on its disk, and are stored as the best`);
    if (recorded.spared !== "")
      this.#onNote(
        `${vm.name}: pages whose loss would not kill their processes are stored as the best: ${recorded.spared}`,
      );
    const own = recorded.packs.flatMap(({ name }): RealPack[] => {
      const group = planned.findIndex((one) => one.name === name);
      return group < 0 ? [] : [{ name, group, harm: this.#groups[group]!.harm, record, from: undefined }];
    });
    // What earlier versions of it refer to already is among its packs.
    const added = shared.filter(({ pack }) => !base?.packs.some(({ name }) => name === pack.name));
    const others = added.map(
      ({ pack: { name, group }, source, record }): RealPack => ({
        ...{ name, group, record, from: source },
        harm: this.#groups[group]!.harm,
      }),
    );
    const part: RealPart = {
      vm,
      source: host,
      records: [...(base?.records ?? []), record],
      packs: [...(base?.packs ?? []), ...own, ...others],
      disks: [...vm.disks],
      bytes: pageBytes * recorded.added,
    };
    const { bytes } = await agent.ask("sizeOf", { name: disk }, quick);
    const packBytes = recorded.packs.reduce((sum, { bytes }) => sum + bytes, 0);
    const sizes = new Map([
      [record, recorded.writtenBytes - packBytes],
      ...recorded.packs.map(({ name, bytes }): [string, number] => [name, bytes]),
      [disk, bytes],
    ]);
    await this.#files.seal(host, [...sizes.keys()]);
    finished.push(() => {
      this.#files.written(host, sizes);
      vm.version = part;
      vm.disks.push(`${file}.layer`);
    });
    return { part, isWhole: base === undefined };
  }

  /** What a guest is to store once, and the list of it on its host; undefined: nothing. */
  async #toShare(host: RealHost, file: string, shared: readonly SharedPack[]): Promise<Arguments<"record">["once"]> {
    if (this.#storage.deduplication === "none") return undefined;
    const list = shared.length === 0 ? null : `${file}.shared`;
    const hashes = Buffer.concat(shared.map(({ pack }) => pack.hashes));
    for (let offset = 0; list !== null && offset < hashes.length; offset += chunk) {
      const data = hashes.toString("base64", offset, offset + chunk);
      await host.agent.ask("writeFile", { name: list, offset, data }, quick);
    }
    return {
      list,
      shared: shared.map(({ pack: { name, hashes, group }, record }) => ({
        ...{ name, group, pages: hashes.length / hashBytes },
        // What lies here already has the same contents.
        isWriter: record === recordOf(file) && !host.files.has(name),
      })),
    };
  }
}

const recordOf = (file: string): string => `${file}.record`;
