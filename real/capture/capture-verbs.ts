import * as z from "zod/mini";
import { pageTypes } from "../../models/scenario.ts";
import { fileName } from "../agent/file-name.ts";
import { count, fileNames, milliseconds, told } from "../agent/terms.ts";
import { frameClasses } from "../pages/page-classes.ts";

const captureMode = z.enum(["stop-and-copy", "pre-copy", "post-copy"]);
const seconds = z.number().check(z.nonnegative());

/** By falling number of copies, and each type in one of them at most. */
const packs = z.array(z.strictObject({ name: fileName, types: z.array(z.enum(pageTypes)) })).check(
  z.maxLength(pageTypes.length),
  z.refine((all) => new Set(all.map(({ name }) => name)).size === all.length),
  z.refine((all) => new Set(all.flatMap(({ types }) => types)).size === all.flatMap(({ types }) => types).length),
);

const types = z.array(z.enum(pageTypes)).check(z.maxLength(pageTypes.length));
/** Pages of these types may be lost: a restore has zeros then, what is found on the disk of the same cut, or processes less. */
const losable = z.optional(z.strictObject({ disk: fileName, zeroFilled: types, reRead: types, killing: types }));

const pair = z.tuple([count, count]);

/** What an agent is asked of captured memories. */
export const captureRequests = {
  capture: z.strictObject({
    qmp: fileName,
    mode: captureMode,
    name: fileName,
    milliseconds,
    /** A new layer for the guest's disk, which is frozen with its memory. */
    layer: z.optional(fileName),
    /** When it was stopped for its cluster's cut, or is to be: seconds since 1970. */
    stoppedAt: z.optional(seconds),
    at: z.optional(seconds),
  }),
  /** A captured stream without the pages that an earlier record has, their contents in packs by their type; and back. */
  record: z.strictObject({
    stream: fileName,
    name: fileName,
    packs,
    base: z.nullable(fileName),
    losable,
    /** Equal contents are stored once, also those of other guests in these packs, whose hashes a file lists. */
    once: z.optional(
      z.strictObject({
        list: z.nullable(fileName),
        shared: z
          .array(z.strictObject({ name: fileName, pages: count, group: count, isWriter: z.boolean() }))
          .check(z.maxLength(256)),
      }),
    ),
  }),
  /** The contents that such a record would add, as a list in a file. */
  contents: z.strictObject({ stream: fileName, name: fileName, packs, base: z.nullable(fileName), losable }),
  /** With the disk of the same cut, from which pages are read that were dropped, or whose packs are lost. */
  rebuild: z.strictObject({
    records: z.array(fileName).check(z.minLength(1), z.maxLength(256)),
    stream: fileName,
    disk: z.optional(fileName),
    lost: z.optional(fileNames),
  }),
  /**
   * Drops pages from a captured stream: some are zeros in a restore, others are read from the disk again if they are there, and
   * others kill whoever touches them.
   */
  drop: z.strictObject({
    stream: fileName,
    disk: fileName,
    zeroFilled: types,
    reRead: types,
    killing: types,
  }),
  /**
   * The stream that a restore without pages of these classes reads: they are zeros, or those kill whoever touches them of which
   * that is sure, or those that are found on a disk are read from there; all others are kept.
   */
  leaveOut: z.strictObject({
    stream: fileName,
    name: fileName,
    classes: z.array(z.enum(frameClasses)).check(z.minLength(1), z.maxLength(frameClasses.length)),
    instead: z.union([z.enum(["zero-fill", "kill-process"]), z.strictObject({ disk: fileName })]),
  }),
  ledger: z.strictObject({ stream: fileName }),
  /** What guests have in common, by captured streams of their memories. */
  similarity: z.strictObject({ streams: fileNames }),
} as const;

export const captureResults = {
  capture: z.strictObject({
    mode: captureMode,
    untilCut: z.number(),
    cutAt: z.number(),
    pause: z.number(),
    duration: z.number(),
    bytes: count,
    disk: z.nullable(fileName),
  }),
  record: z.strictObject({
    kind: z.enum(["full", "incremental"]),
    frames: count,
    zero: count,
    changed: count,
    moved: count,
    added: count,
    kept: count,
    spared: told,
    packs: z.array(z.strictObject({ name: fileName, bytes: count })).check(z.maxLength(512)),
    logicalBytes: count,
    writtenBytes: count,
    seconds: z.number(),
    typingSeconds: z.number(),
    untyped: z.nullable(told),
  }),
  contents: z.strictObject({ contents: count }),
  /** Pages that were made up for. */
  rebuild: z.strictObject({ reRead: count, zeroFilled: count, killing: count }),
  drop: z.strictObject({
    zeroFilled: count,
    reRead: count,
    killing: count,
    kept: count,
    spared: told,
    untyped: z.nullable(told),
  }),
  /** Frames of the classes: with a content, of them left out, and with zeros; and why some kill nobody. */
  leaveOut: z.strictObject({ held: count, left: count, zero: count, spared: told }),
  ledger: z.strictObject({
    id: count,
    sequence: count,
    peers: z.array(z.strictObject({ id: count, sent: pair, received: pair })).check(z.maxLength(64)),
  }),
  similarity: z.strictObject({
    types: z
      .array(z.strictObject({ type: z.enum(pageTypes), pages: count, shared: count }))
      .check(z.maxLength(pageTypes.length)),
  }),
} as const;
