interface ImportMeta {
  /** Vite: the contents of all files that match, by their paths. */
  glob<T>(
    pattern: string | readonly string[],
    options: { eager: true; query: "?raw"; import: "default" },
  ): Record<string, T>;
}

declare module "virtual:simulation-worker" {
  const SimulationWorker: new () => Worker;
  export default SimulationWorker;
}

declare module "virtual:calculation-worker" {
  const CalculationWorker: new () => Worker;
  export default CalculationWorker;
}

/** Vite: a file as text. */
declare module "*?raw" {
  const text: string;
  export default text;
}

declare module "observable:runtime/define.js" {
  export const define: (main: unknown, state: object, definition: object) => void;
}

/** What every cell of a notebook can use. */
declare const display: <T>(value: T) => T;
/** Shows an input; other cells see its value, and run again when it changes. */
declare const view: <T>(input: HTMLElement & { readonly value: T }) => T;
/** Other cells see the newest value that comes out of it. */
declare const live: <T>(values: AsyncIterable<T>) => T;

declare module "@observablehq/runtime" {
  export class Runtime {
    constructor(builtins: { readonly [name: string]: () => unknown });
    module(): unknown;
  }
}
