/** An event of the Chrome trace event format as it stands in a file. */
export interface ChromeEvent {
  readonly ph: string;
  readonly pid?: unknown;
  readonly tid?: unknown;
  readonly name?: unknown;
  readonly ts?: unknown;
  readonly dur?: unknown;
  readonly cat?: unknown;
  readonly id?: unknown;
  readonly s?: unknown;
  readonly args?: { readonly [name: string]: unknown };
}

/** What goes against the rules of the format, from its description: fields, units, nesting, and pairs that belong together. */
export const brokenRules = (events: readonly ChromeEvent[]): string[] => {
  const broken: string[] = [];
  const open = new Map<string, { readonly name: unknown; readonly ts: number }[]>();
  const spans = new Map<string, { readonly from: number; readonly to: number }[]>();
  const named = new Set<unknown>();
  for (const [i, event] of events.entries()) {
    const rule = (holds: boolean, law: string): void => {
      if (!holds) broken.push(`event ${i}: ${law}: ${JSON.stringify(event)}`);
    };
    rule(typeof event.name === "string" && event.name !== "", "has a name");
    rule(Number.isSafeInteger(event.pid), "belongs to a process");
    if (event.ph !== "M") rule(named.has(event.pid), "its process has a name");
    if (event.ph !== "M") rule(Number.isFinite(event.ts) && (event.ts as number) >= 0, "has a time");
    const track = `${event.pid} ${event.tid}`;
    switch (event.ph) {
      case "M":
        rule(typeof event.args === "object", "metadata has arguments");
        if (event.name === "process_name") named.add(event.pid);
        break;
      case "X": {
        rule(Number.isFinite(event.dur) && (event.dur as number) >= 0, "a slice lasts");
        const span = { from: event.ts as number, to: (event.ts as number) + (event.dur as number) };
        spans.set(track, spans.get(track) ?? []);
        spans.get(track)!.push(span);
        break;
      }
      case "i":
        rule(["t", "p", "g"].includes(event.s as string), "an instant has a scope");
        break;
      case "C":
        rule(Object.values(event.args ?? {}).every(Number.isFinite), "a counter has numbers");
        break;
      case "b":
      case "e": {
        rule(typeof event.cat === "string" && typeof event.id === "string", "has a category and an id");
        const key = `${event.cat} ${event.id}`;
        const stack = open.get(key) ?? [];
        open.set(key, stack);
        if (event.ph === "b") stack.push({ name: event.name, ts: event.ts as number });
        else {
          const begun = stack.pop();
          rule(begun?.name === event.name && begun!.ts <= (event.ts as number), "ends what it began, inner ones first");
        }
        break;
      }
      default:
        rule(false, "is of a known phase");
    }
  }
  for (const [key, stack] of open) if (stack.length > 0) broken.push(`${key} does not end`);
  // A microsecond's millionth of rounding is no overlap.
  for (const [track, all] of spans) {
    const sorted = all.toSorted((a, b) => a.from - b.from || b.to - a.to);
    const outer: { readonly from: number; readonly to: number }[] = [];
    for (const span of sorted) {
      while (outer.length > 0 && outer.at(-1)!.to <= span.from + 1e-3) outer.pop();
      if (outer.length > 0 && span.to > outer.at(-1)!.to + 1e-3) broken.push(`slices of track ${track} overlap`);
      outer.push(span);
    }
  }
  return broken;
};
