import { LifeCycleAccount } from "../../models/books/life-cycle-account.ts";
import { type LifeCycleEvent, lifeCycleKinds } from "../../models/life-cycle-events.ts";
import type { ClusterScenario } from "../../models/scenario.ts";
import { watchCluster } from "../../models/watch.ts";
import { type LoadedScenario, loadScenario } from "../load.ts";
import { ownPolicy, shownInSources } from "../own-policy/own-policy.ts";
import { overridePath, setTo } from "../text/override.ts";
import { duration, parseQuantity } from "../text/units.ts";
import { chooseEvents, UnknownSubjectError } from "../timeline/choice.ts";
import { asWritten } from "../timeline/figures.ts";
import type { CastEvent, Summary, TimelineFormat, TimelineTitle } from "../timeline/format.ts";
import { HtmlTimeline } from "../timeline/html.ts";
import { JsonLines } from "../timeline/jsonl.ts";
import { PerfettoTimeline } from "../timeline/perfetto.ts";
import { expectedEvents } from "../timeline/size.ts";
import { TimelineText } from "../timeline/text.ts";
import { CommandError, type CommandLine } from "./command-line.ts";
import { type Output, outputOf } from "./output.ts";

interface TraceArguments {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly replication: number;
  readonly domain: number;
  readonly from: string;
  readonly to?: string;
  readonly format: "text" | "perfetto" | "jsonl" | "html";
  readonly html?: string;
  readonly out?: string;
  readonly only?: readonly string[];
}

/** As long as a window is when nobody says where it ends, seconds. */
const usualWindow = 3600;

/** More than these nobody reads and no viewer opens: about a gigabyte for Perfetto, which has a slice for each host. */
const mostEvents = 1_000_000;

/** Simulates one replication and writes what happens in a window of it, as it happens. */
export const trace = async (line: CommandLine, asked: TraceArguments): Promise<void> => {
  const given = asPage(asked);
  const { files, folder } = line;
  const overrides = [
    ...given.set.map((text) => setTo("--set", text)),
    ...(given.seed === undefined ? [] : [setTo("--seed", `seed=${given.seed}`)]),
  ];
  const loaded = loadScenario(given.scenario, { files, folder, overrides });
  const scenario = atFidelity(onlyPoint(loaded, given.scenario), given);
  const title: TimelineTitle = {
    scenario: loaded.name,
    seed: loaded.points[0]!.seed,
    replication: whole("--replication", given.replication),
    domain: whole("--domain", given.domain),
    domains: scenario.domains,
    horizon: scenario.horizon,
    ...windowOf(scenario, given),
  };
  if (title.domain >= scenario.domains) {
    throw new CommandError(`--domain: the last of ${loaded.name} is ${scenario.domains - 1}`);
  }
  const only = (given.only ?? []).flatMap((list) => list.split(","));
  checkSize(scenario, title, only);
  const output = outputOf(line, given.out);
  try {
    const { shown, notes } = await write(scenario, title, only, formatOf(given.format, title), output);
    if (given.out !== undefined) line.print(`${given.out}: ${shown} events`);
    // Events alone do not say what they leave out.
    if (given.format !== "text")
      for (const note of notes.filter((one) => one.includes("jumped over"))) line.progress.write(`${note}\n`);
  } finally {
    output.close();
  }
};

/** `--html` is one file to look at: written to the file it names, or to timeline.html. */
const asPage = (asked: TraceArguments): TraceArguments => {
  if (asked.html === undefined)
    return asked.format === "html" && asked.out === undefined ? { ...asked, out: page } : asked;
  if (asked.format !== "text" || asked.out !== undefined)
    throw new CommandError("--html: names the file and its format; leave out --format and --out");
  return { ...asked, format: "html", out: asked.html === "" ? page : asked.html };
};

const page = "timeline.html";

const write = async (
  scenario: ClusterScenario,
  title: TimelineTitle,
  only: readonly string[],
  format: TimelineFormat,
  output: Output,
): Promise<Summary> => {
  const account = new LifeCycleAccount(title.from);
  let wanted: (event: LifeCycleEvent) => boolean = () => true;
  let events = 0;
  let shown = 0;
  for (const batch of watched(scenario, title)) {
    let text = "";
    for (const event of batch) {
      account.enter(event);
      // The first event names everybody.
      if (event.kind === "begin") {
        wanted = choose(only, event);
        text += format.begin(event);
      }
      const within = event.at >= title.from;
      if (within) events += 1;
      if (!wanted(event)) continue;
      if (within) shown += 1;
      text += format.event(event);
    }
    if (text !== "") await output.write(text);
  }
  const summary = { columns: account.columns, events, shown, notes: notesOn(scenario, title, account.jumped) };
  await output.write(format.end(summary));
  return summary;
};

/** A run that ends with an error says so as a command does; what happened before it has been written. */
function* watched(scenario: ClusterScenario, title: TimelineTitle): Generator<readonly LifeCycleEvent[]> {
  try {
    yield* watchCluster(scenario, title, { domain: title.domain, until: title.to, policy: ownPolicy(scenario) });
  } catch (error) {
    const shown = shownInSources(error, scenario);
    throw new CommandError(shown instanceof Error ? shown.message : String(shown));
  }
}

/** What a reader of the figures should know of how they came about. */
const notesOn = (
  { fidelity }: ClusterScenario,
  { domains, domain, from, to, horizon }: TimelineTitle,
  jumped: number,
) => [
  ...(domains === 1 ? [] : [`domain ${domain} alone; the others share nothing with it`]),
  ...(fidelity === "full" ? ["fidelity: full, every cycle simulated"] : []),
  ...(fidelity !== "full" && jumped === 0
    ? ["fidelity: fast-forward, and no cycle of this window was jumped over"]
    : []),
  ...(jumped > 0
    ? [
        `fidelity: fast-forward, ${jumped} s of this window were jumped over: the figures are of the other ${to - from - jumped} s`,
      ]
    : []),
  ...(from > 0 || to < horizon ? ["a transfer that ends in this window counts with all its bytes"] : []),
];

const onlyPoint = ({ points }: LoadedScenario, reference: string): ClusterScenario => {
  if (points.length > 1) {
    const choice = Object.entries(points[0]!.labels).map(([path, value]) => ` --set '${path}=${value}'`);
    throw new CommandError(
      `${reference} is a sweep of ${points.length} points, and a trace is of one: choose it, such as${choice.join("")}`,
    );
  }
  const { scenario } = points[0]!;
  if (scenario.model !== "cluster") {
    throw new CommandError(
      `${reference}: model: ${scenario.model} has no life cycle of snapshots to trace; that is in scenarios of model: cluster`,
    );
  }
  return scenario;
};

/** Every cycle is shown unless somebody asks for jumps: what is jumped over is in no event. */
const atFidelity = (scenario: ClusterScenario, { set }: TraceArguments): ClusterScenario =>
  set.some((text) => overridePath(text).join(".") === "fidelity") ? scenario : { ...scenario, fidelity: "full" };

const windowOf = (
  { horizon }: ClusterScenario,
  given: TraceArguments,
): { readonly from: number; readonly to: number } => {
  const from = seconds("--from", given.from);
  const to = given.to === undefined ? Math.min(horizon, from + usualWindow) : seconds("--to", given.to);
  const end = asWritten(horizon);
  if (to > horizon) throw new CommandError(`--to: ${asWritten(to)} is after the end of the run at ${end}`);
  if (from >= horizon) throw new CommandError(`--from: nothing follows ${asWritten(from)}: the run ends at ${end}`);
  if (from >= to) throw new CommandError(`--from: ${asWritten(from)} is not before --to ${asWritten(to)}`);
  return { from, to };
};

const seconds = (option: string, text: string): number => {
  const parsed = parseQuantity(duration, text === "0" ? 0 : text);
  if (!parsed.ok) throw new CommandError(`${option}: ${parsed.message}`);
  if (parsed.value < 0) throw new CommandError(`${option}: expected a time from 0 on, got ${text}`);
  return parsed.value;
};

const whole = (option: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new CommandError(`${option}: expected a whole number from 0 on`);
};

const choose = (words: readonly string[], cast: CastEvent): ((event: LifeCycleEvent) => boolean) => {
  try {
    return chooseEvents(words, cast);
  } catch (error) {
    throw error instanceof UnknownSubjectError ? new CommandError(`--only: ${error.message}`) : error;
  }
};

const checkSize = (scenario: ClusterScenario, { from, to }: TimelineTitle, only: readonly string[]): void => {
  if (scenario.fidelity !== "full") return;
  const kinds = only.filter((word) => (lifeCycleKinds as readonly string[]).includes(word));
  const expected = expectedEvents(scenario, to - from, kinds);
  if (expected <= mostEvents) return;
  throw new CommandError(
    `from ${asWritten(from)} to ${asWritten(to)} there are about ${expected} events, and a trace has ${mostEvents} at most: ` +
      "choose a shorter window with --from and --to, or kinds of events with --only",
  );
};

const formatOf = (name: TraceArguments["format"], title: TimelineTitle): TimelineFormat => {
  switch (name) {
    case "text":
      return new TimelineText(title);
    case "perfetto":
      return new PerfettoTimeline(title);
    case "jsonl":
      return new JsonLines(title);
    case "html":
      return new HtmlTimeline(title);
  }
};
