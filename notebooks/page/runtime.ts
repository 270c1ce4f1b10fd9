import { define as defineCell } from "observable:runtime/define.js";
import { Runtime } from "@observablehq/runtime";

/**
 * The runtime takes values from a generator, gives it back whenever it looks at the cell anew, and then begins again: so each
 * time it gets a new one, which begins with the newest value.
 */
const live = (values: AsyncIterable<unknown>) => {
  let current: AsyncIterator<unknown> | undefined;
  return {
    async next() {
      current ??= values[Symbol.asyncIterator]();
      const next = await current.next();
      // The last value stays: an end would take it away.
      return next.done ? new Promise<never>(() => {}) : next;
    },
    return() {
      current = undefined;
      return { done: true, value: undefined };
    },
  };
};

const builtins = {
  text: () => (value: unknown) => document.createTextNode(String(value)),
  live: () => live,
};

const main = new Runtime(builtins).module();

/** Brings one cell to life in the element that waits for it. */
export const define = (id: number, definition: object, body: unknown): void => {
  const root = document.getElementById(`cell-${id}`);
  defineCell(main, { root, expanded: [], variables: [] }, { ...definition, body });
};
