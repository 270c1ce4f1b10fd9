import * as z from "zod/mini";
import { printable } from "../printable.ts";
import { fileName } from "./file-name.ts";

export const text = z.string().check(z.maxLength(4096));
/** What an agent tells may be shown on a terminal. */
export const told = z.string().check(z.maxLength(4096), z.overwrite(printable));
export const count = z.int().check(z.nonnegative());
export const milliseconds = z.int().check(z.minimum(1), z.maximum(600_000));
export const port = z.int().check(z.minimum(1), z.maximum(65_535));
export const ipv4 = z.string().check(z.regex(/^\d{1,3}(\.\d{1,3}){3}$/));
export const token = z.string().check(z.regex(/^[0-9a-f]{32}$/));
/** Nothing but that it was asked, or is done. */
export const exact = z.strictObject({});

/** Files of one transfer, in their order, each once. */
export const fileNames = z.array(fileName).check(
  z.minLength(1),
  z.maxLength(4096),
  z.refine((names) => new Set(names).size === names.length),
);
