import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import type { TrafficMatrix } from "../../models/cut/traffic.ts";
import { fitWrites, type WriteFit } from "../../models/guest/fit-writes.ts";
import { type Files, whyUnreadable } from "../files.ts";
import type { Issue } from "../text/issue.ts";
import { type Source, shownPath } from "../text/place.ts";
import { didYouMean } from "../text/spelling.ts";
import type { Mapping } from "../text/tree.ts";
import { formatQuantity, size } from "../text/units.ts";
import { type CurveReading, readCurveCsv } from "./curve-csv.ts";
import { readMixCsv } from "./mix-csv.ts";
import { readTrafficCsv } from "./traffic-csv.ts";

/** A file of the user's, and the hash of what was in it. */
export interface UsedFile {
  readonly file: string;
  readonly sha256: string;
}

/** Says what is wrong with the reference to a file, at the place of the reference. */
export type Complain = (message: string) => void;

/** Above this a fit is not what was measured. */
const poor = 0.1;

const pageSize = 4096;

/** The CSV files and catalogues of the user's that one scenario names, each read once, and what is to be said about them. */
export class FormShelf {
  readonly #files: Files;
  readonly #folder: string;
  readonly #issues: Issue[];
  readonly #sources = new Map<string, Source>();
  readonly #read = new Map<string, unknown>();
  readonly #notes = new Set<string>();

  /**
   * @param folder the current folder, from which paths are shown
   * @param issues gets everything that is wrong with the files, each at its line and column
   */
  constructor(files: Files, folder: string, issues: Issue[]) {
    this.#files = files;
    this.#folder = folder;
    this.#issues = issues;
  }

  /** What the files that were used hold belongs to the run as much as the scenario does. */
  get files(): readonly UsedFile[] {
    return [...this.#sources].map(([path, { text }]) => ({ file: basename(path), sha256: digest(text) }));
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** The page classes of a mix; nothing after having said what is wrong. */
  mix(path: string, complain: Complain): Mapping | undefined {
    const reading = this.#once(`mix ${path}`, path, complain, (source) => readMixCsv(source, this.#issues));
    if (reading !== undefined) this.#note("page mix", path, [this.#identity(path), ...reading.notes]);
    return reading?.classes;
  }

  /** Who talks to whom in a cluster of `vms`; nothing after having said what is wrong. */
  traffic(path: string, vms: number, complain: Complain): TrafficMatrix | undefined {
    const reading = this.#once(`traffic ${vms} ${path}`, path, complain, (source) =>
      readTrafficCsv(source, vms, this.#issues),
    );
    if (reading !== undefined) this.#note("traffic matrix", path, [this.#identity(path), ...reading.notes]);
    return reading?.traffic;
  }

  /** The classes of writes that fit a curve in a VM of `pages`; nothing after having said what is wrong. */
  curve(path: string, pages: number, complain: Complain): (WriteFit & { readonly until: number }) | undefined {
    const reading = this.#once(`curve ${path}`, path, complain, (source) => readCurveCsv(source, this.#issues));
    if (reading === undefined) return undefined;
    const fit = this.#once(`fit ${pages} ${path}`, path, complain, () => this.#fit(reading, pages));
    if (fit === undefined) return undefined;
    const classes = fit.classes.map(
      (one) => `${Math.round(one.pages)} pages at ${Number(one.writesPerPage.toPrecision(3))}/s each`,
    );
    const deviation = `rms error ${percent(fit.rms)}, greatest ${percent(fit.worst)}`;
    const fitted = classes.length === 0 ? "nothing is written" : `fitted by ${classes.join(", ")} (${deviation})`;
    this.#note("curve", path, [
      this.#identity(path),
      ...reading.notes,
      fitted,
      ...(fit.rms > poor ? ["the fit is poor: no classes of pages that are written evenly give such a curve"] : []),
    ]);
    return { ...fit, until: Math.max(...reading.points.map(({ seconds }) => seconds)) };
  }

  /** The text of a catalogue of the user's; nothing after having said what is wrong. */
  catalogue(path: string, complain: Complain): Source | undefined {
    const source = this.#source(path, complain);
    if (source !== undefined) this.#note("catalogue", path, [this.#identity(path)]);
    return source && { ...source, kind: "catalogue" };
  }

  /** Says something about one of the files beside every result. */
  remark(kind: string, path: string, text: string): void {
    this.#note(kind, path, [text]);
  }

  #fit({ points }: CurveReading, pages: number): WriteFit | undefined {
    const beyond = points.find((point) => point.pages > pages);
    if (beyond === undefined) return fitWrites(points, pages);
    const memory = formatQuantity(size, pages * pageSize);
    const message = `more distinct pages than the ${pages} of a VM with ${memory}: give the VMs the memory of the guest that was measured`;
    this.#issues.push({ path: [], message, place: beyond.at });
    return undefined;
  }

  #identity(path: string): string {
    return `SHA-256 ${digest(this.#sources.get(path)!.text)}`;
  }

  #note(kind: string, path: string, texts: readonly string[]): void {
    for (const text of texts) this.#notes.add(`${kind} ${basename(path)}: ${text}`);
  }

  /** What `read` makes of a file; it is asked once, so that a sweep tells each fault once. */
  #once<T>(key: string, path: string, complain: Complain, read: (source: Source) => T): T | undefined {
    const source = this.#source(path, complain);
    if (source === undefined) return undefined;
    if (!this.#read.has(key)) this.#read.set(key, read(source));
    return this.#read.get(key) as T;
  }

  #source(path: string, complain: Complain): Source | undefined {
    const known = this.#sources.get(path);
    if (known !== undefined) return known;
    try {
      const source: Source = {
        kind: "file",
        name: shownPath(path, this.#folder),
        folder: dirname(path),
        text: this.#files.read(path),
      };
      this.#sources.set(path, source);
      return source;
    } catch (error) {
      complain(`cannot read ${path}: ${whyUnreadable(error)}${didYouMean(basename(path), this.#neighbours(path))}`);
      return undefined;
    }
  }

  #neighbours(path: string): readonly string[] {
    try {
      return this.#files.names(dirname(path)).filter((name) => endingOf(name) === endingOf(path));
    } catch {
      // A folder that cannot be read has no names to offer; that the file cannot be read is told already.
      return [];
    }
  }
}

const endingOf = (path: string): string => /\.\w+$/.exec(path)?.[0] ?? "";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const percent = (value: number): string => `${Number((100 * value).toPrecision(2))} %`;
