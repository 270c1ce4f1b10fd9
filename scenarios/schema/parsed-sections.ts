import type * as z from "zod";
import { type Mapping, plain, type Tree } from "../text/tree.ts";

type Parsed = { readonly success: true; readonly data: unknown } | { readonly success: false };

/**
 * Parses scenarios mapping by mapping, each once: the points of a sweep share most of what they say. Mappings that are judged
 * as a whole, by checks of their own or as one of several alternatives, are parsed as a whole.
 */
export class ParsedSections {
  /** By schema, too: an alias in YAML may stand at two places for different things. */
  readonly #known = new WeakMap<z.ZodType, WeakMap<Tree, Parsed>>();

  /** What a scenario says, as its schema reads it; undefined if anything in it is at fault. */
  file(schema: z.ZodObject, tree: Tree): object | undefined {
    const parsed = this.#parse(schema, tree);
    return parsed.success ? (parsed.data as object) : undefined;
  }

  #parse(schema: z.ZodType, node: Tree): Parsed {
    const known = this.#known.get(schema) ?? new WeakMap<Tree, Parsed>();
    this.#known.set(schema, known);
    const before = known.get(node);
    if (before !== undefined) return before;
    const parsed =
      node.kind === "mapping" && isPlainObject(schema) ? this.#mapping(schema, node) : schema.safeParse(plain(node));
    known.set(node, parsed);
    return parsed;
  }

  #mapping({ shape }: z.ZodObject, { entries }: Mapping): Parsed {
    for (const key of entries.keys()) if (!Object.hasOwn(shape, key)) return { success: false };
    const data: { [key: string]: unknown } = {};
    for (const [key, schema] of Object.entries(shape)) {
      const node = entries.get(key)?.value;
      const parsed =
        node === undefined ? (schema as z.ZodType).safeParse(undefined) : this.#parse(schema as z.ZodType, node);
      if (!parsed.success) return { success: false };
      if (parsed.data !== undefined) data[key] = parsed.data;
    }
    return { success: true, data };
  }
}

/** A strict object without checks: its keys are judged one by one. */
const isPlainObject = (schema: z.ZodType): schema is z.ZodObject => {
  const { def } = schema as z.ZodObject;
  return def.type === "object" && def.catchall?._zod.def.type === "never" && (def.checks ?? []).length === 0;
};
