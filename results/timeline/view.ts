import {
  axisTop,
  type D3ZoomEvent,
  pointer,
  type ScaleLinear,
  scaleLinear,
  select,
  type ZoomTransform,
  zoom,
  zoomIdentity,
} from "d3";
import type { Bar, BarKind, Lane, Mark, TimelineData } from "./data.ts";
import { colours, legend, markColours } from "./look.ts";
import { style } from "./style.ts";
import { clock } from "./time.ts";

const errands = ["capture", "replicate", "merge", "repair", "restore"];
const gutter = 150;
const axisHeight = 26;
const heights = { snapshots: 20, vm: 16, host: 26 };
const speeds = [1, 10, 60, 600, 3600];

/** Bars of one kind on a lane, by their beginnings. */
interface Row {
  readonly kind: BarKind;
  readonly top: number;
  readonly height: number;
  readonly bars: readonly Bar[];
  readonly longest: number;
}

interface Placed extends Lane {
  readonly top: number;
  readonly height: number;
  readonly rows: readonly Row[];
}

/**
 * A run to look into: lanes of clusters, VMs and hosts over time. Drag, two fingers or arrow keys move, wheel or + and - zoom, N
 * and P go to the next and the last thing that happened, space plays; the figures under the pointer, or at the line, are told below.
 */
export const timelineView = (data: TimelineData): HTMLElement => {
  const root = document.createElement("section");
  root.className = "timeline";
  const lanes = placed(data.lanes);
  const height = axisHeight + lanes.reduce((sum, lane) => sum + lane.height, 0) + 8;
  const marks = data.lanes.flatMap((lane) => lane.marks).toSorted((one, other) => one.at - other.at);
  let width = 800;
  let transform: ZoomTransform = zoomIdentity;
  let now = data.from;
  let playing: { readonly since: number; readonly at: number } | undefined;

  const box = select(root);
  box.append("style").text(style);
  box.append("h1").text(data.title);
  const controls = box.append("div").attr("class", "controls");
  const play = controls.append("button").attr("type", "button").text("Play");
  const speed = controls.append("label").text("Speed ").append("select");
  for (const one of speeds) speed.append("option").attr("value", one).text(`${one} ×`);
  speed.property("value", String(fitting(data.to - data.from)));
  for (const [name, factor] of [
    ["Zoom in", 2],
    ["Zoom out", 0.5],
  ] as const)
    controls
      .append("button")
      .attr("type", "button")
      .text(name)
      .on("click", () => scaleBy(factor));
  controls
    .append("button")
    .attr("type", "button")
    .text("All")
    .on("click", () => set(zoomIdentity));
  const key = box.append("ul").attr("class", "legend").attr("aria-label", "Colours");
  for (const { name, colour } of legend(data)) {
    const item = key.append("li");
    item.append("span").style("background", colour);
    item.append("b").text(name);
  }
  const stage = box
    .append("div")
    .attr("class", "stage")
    .attr("tabindex", 0)
    .attr("role", "application")
    .attr(
      "aria-label",
      "Timeline: arrow keys or two fingers move, plus and minus zoom, N and P go to what happened, space plays",
    )
    .style("height", `${height}px`);
  const canvas = stage.append("canvas").attr("aria-hidden", "true").node()!;
  const svg = stage.append("svg").attr("aria-hidden", "true").attr("height", height);
  const axis = svg.append("g").attr("class", "axis");
  const line = svg.append("line").attr("class", "now").attr("y1", axisHeight).attr("y2", height);
  const figures = box.append("div").attr("class", "figures");
  const told = figures.append("p").attr("class", "told").attr("role", "status").attr("aria-live", "polite");
  const state = figures.append("p").attr("class", "state");

  const base = () => scaleLinear([data.from, data.to], [gutter, width - 8]);
  const x = () => transform.rescaleX(base());

  const draw = (): void => {
    const scale = x();
    paint(canvas, lanes, scale, { width, height });
    axis.attr("transform", `translate(0,${axisHeight})`).call(
      axisTop(scale)
        .ticks(Math.max(2, Math.floor((width - gutter) / 110)))
        .tickFormat((value) => clock(Number(value))),
    );
    const at = scale(now);
    line
      .attr("x1", at)
      .attr("x2", at)
      .attr("display", at < gutter || at > width ? "none" : null);
  };

  const tell = (): void => {
    state.text(`${clock(now)}: ${stateAt(lanes, now)}`);
  };

  const behaviour = zoom<HTMLDivElement, unknown>()
    .scaleExtent([1, 1e6])
    // One finger scrolls the page: on a phone the lanes may be all that is to be seen of it.
    .filter(isFree)
    .on("zoom", (event: D3ZoomEvent<HTMLDivElement, unknown>) => {
      transform = event.transform;
      draw();
    });
  stage.call(behaviour);
  const set = (next: ZoomTransform): void => {
    stage.call(behaviour.transform, next);
  };
  const scaleBy = (factor: number): void => {
    const [left, right] = x().range() as [number, number];
    const at = x()(now);
    stage.call(behaviour.scaleBy, factor, [at >= left && at <= right ? at : (left + right) / 2, 0]);
  };
  const goTo = (at: number): void => {
    now = Math.min(data.to, Math.max(data.from, at));
    const scale = x();
    if (scale(now) < gutter || scale(now) > width - 8)
      set(transform.translate((width / 2 - scale(now)) / transform.k, 0));
    draw();
    tell();
  };

  const stop = (): void => {
    playing = undefined;
    play.text("Play").attr("aria-pressed", "false");
  };
  const step = (time: number): void => {
    if (playing === undefined) return;
    const at = playing.at + ((time - playing.since) / 1000) * Number(speed.property("value"));
    goTo(at);
    if (at >= data.to) stop();
    else requestAnimationFrame(step);
  };
  const toggle = (): void => {
    if (playing !== undefined) {
      stop();
      return;
    }
    if (now >= data.to) now = data.from;
    playing = { since: performance.now(), at: now };
    play.text("Pause").attr("aria-pressed", "true");
    requestAnimationFrame(step);
  };
  play.attr("aria-pressed", "false").on("click", toggle);
  speed.on("change", () => {
    if (playing !== undefined) playing = { since: performance.now(), at: now };
  });

  stage.on("keydown", (event: KeyboardEvent) => {
    const [from, to] = x().domain() as [number, number];
    const next = (ahead: boolean): Mark | undefined =>
      ahead ? marks.find(({ at }) => at > now + 1e-9) : marks.findLast(({ at }) => at < now - 1e-9);
    const actions: { readonly [key: string]: () => void } = {
      ArrowLeft: () => goTo(now - (to - from) / 40),
      ArrowRight: () => goTo(now + (to - from) / 40),
      "+": () => scaleBy(1.5),
      "=": () => scaleBy(1.5),
      "-": () => scaleBy(1 / 1.5),
      Home: () => goTo(data.from),
      End: () => goTo(data.to),
      " ": toggle,
    };
    const jump = { n: true, p: false }[event.key.toLowerCase()];
    if (jump !== undefined) {
      const mark = next(jump);
      if (mark === undefined) return;
      goTo(mark.at);
      told.text(`${clock(mark.at)}: ${mark.note}`);
    } else if (actions[event.key] !== undefined) actions[event.key]!();
    else return;
    event.preventDefault();
  });
  stage.on("pointermove", (event: PointerEvent) => {
    const [px, py] = pointer(event, stage.node());
    const found = under(data, lanes, x(), px, py);
    told.text(found ?? "");
  });
  stage.on("click", (event: MouseEvent) => goTo(x().invert(pointer(event, stage.node())[0])));

  new ResizeObserver(() => {
    const next = root.clientWidth;
    if (next === 0) return;
    width = next;
    // Paper is narrower than the window: there it is drawn smaller as a whole.
    svg.attr("width", width).attr("viewBox", `0 0 ${width} ${height}`).attr("preserveAspectRatio", "xMinYMin");
    behaviour
      .extent([
        [gutter, 0],
        [width - 8, height],
      ])
      .translateExtent([
        [gutter, 0],
        [width - 8, height],
      ]);
    draw();
  }).observe(root);
  tell();
  return root;
};

/** Neither a pointer with a modifier or its second button, as d3 has it, nor a single finger. */
const isFree = (event: Event): boolean =>
  "touches" in event
    ? (event as TouchEvent).touches.length > 1
    : (!(event as MouseEvent).ctrlKey || event.type === "wheel") && !(event as MouseEvent).button;

/** A speed at which the whole takes about a minute. */
const fitting = (seconds: number): number => speeds.find((one) => seconds / one <= 90) ?? speeds.at(-1)!;

const placed = (lanes: readonly Lane[]): Placed[] => {
  let top = axisHeight;
  return lanes.map((lane) => {
    const height = heights[lane.kind];
    const kinds = [...new Set(lane.bars.map(({ kind }) => kind))];
    const rows = kinds.map((kind): Row => {
      const bars = lane.bars.filter((bar) => bar.kind === kind);
      const longest = bars.reduce((most, { from, to }) => Math.max(most, to - from), 0);
      return { kind, bars, longest, ...rowOf(lane.kind, kind, top, height) };
    });
    // What lies below all else first: the colour of a host that is down, and of a restore point.
    const one = {
      ...lane,
      top,
      height,
      rows: rows.toSorted((a, b) => Number(b.kind === "down") - Number(a.kind === "down")),
    };
    top += height;
    return one;
  });
};

/** The bar that fills the lane, and flows in rows of their own, one for each errand. */
const rowOf = (lane: Lane["kind"], kind: BarKind, top: number, height: number): Pick<Row, "top" | "height"> => {
  const row = lane === "host" ? errands.indexOf(kind) : -1;
  if (row >= 0) return { top: top + 1 + row * 4.8, height: 4 };
  if (lane === "snapshots" && kind === "durable") return { top: top + height - 6, height: 3 };
  return { top: top + 2, height: height - 5 };
};

/** Bars that may be seen between two times. */
function* between({ bars, longest }: Row, from: number, to: number): Generator<Bar> {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bars[middle]!.from < from - longest) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < bars.length && bars[i]!.from <= to; i++) if (bars[i]!.to >= from) yield bars[i]!;
}

type Scale = ScaleLinear<number, number>;

const paint = (
  canvas: HTMLCanvasElement,
  lanes: readonly Placed[],
  x: Scale,
  { width, height }: { readonly width: number; readonly height: number },
): void => {
  const ratio = globalThis.devicePixelRatio ?? 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d")!;
  pen.scale(ratio, ratio);
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  for (const lane of lanes) {
    pen.fillStyle = lane.kind === "snapshots" ? "#eef2f7" : lane.kind === "host" ? "#fafafa" : "#fff";
    pen.fillRect(0, lane.top, width, lane.height);
    pen.fillStyle = "#e3e3e3";
    pen.fillRect(0, lane.top + lane.height - 1, width, 1);
    paintBars(pen, lane, x, width);
    paintMarks(pen, lane, x, width);
    // Names stand on top of what was zoomed under them.
    pen.fillStyle = "#fff";
    pen.fillRect(0, lane.top, gutter - 4, lane.height - 1);
    pen.fillStyle = "#222";
    pen.font = `${lane.kind === "snapshots" ? "600 " : ""}11px system-ui, sans-serif`;
    pen.fillText(lane.name, lane.kind === "vm" ? 14 : 4, lane.top + lane.height / 2, gutter - 20);
  }
};

const paintBars = (pen: CanvasRenderingContext2D, lane: Placed, x: Scale, width: number): void => {
  const [from, to] = [x.invert(gutter), x.invert(width)];
  const perSecond = (x(to) - x(from)) / (to - from);
  const at = (time: number): number => gutter + (time - from) * perSecond;
  for (const row of lane.rows) {
    pen.fillStyle = colours[row.kind];
    // Bars that share a pixel are drawn once: a day of one-second snapshots has more of them than pixels.
    let drawn = gutter - 4;
    for (const bar of between(row, from, to)) {
      const right = Math.max(at(bar.to), at(bar.from) + 1);
      const left = Math.max(at(bar.from), drawn);
      if (right - left < 0.5) continue;
      pen.fillRect(left, row.top, right - left, row.height);
      drawn = right;
    }
  }
};

const paintMarks = (pen: CanvasRenderingContext2D, lane: Placed, x: Scale, width: number): void => {
  for (const mark of lane.marks) {
    const at = x(mark.at);
    if (at < gutter || at > width) continue;
    pen.fillStyle = markColours[mark.kind];
    pen.beginPath();
    pen.moveTo(at - 4, lane.top + 1);
    pen.lineTo(at + 4, lane.top + 1);
    pen.lineTo(at, lane.top + 8);
    pen.fill();
    pen.fillRect(at - 0.5, lane.top, 1, lane.height - 1);
  }
};

/** What lies under a point: the mark, or the narrowest bar. */
const under = (data: TimelineData, lanes: readonly Placed[], x: Scale, px: number, py: number): string | undefined => {
  const lane = lanes.find(({ top, height }) => py >= top && py < top + height);
  if (lane === undefined || px < gutter) return undefined;
  const mark = lane.marks.find(({ at }) => Math.abs(x(at) - px) < 5);
  if (mark !== undefined) return `${clock(mark.at)}: ${mark.note}`;
  let best: Bar | undefined;
  for (const row of lane.rows) {
    if (py < row.top - 1 || py > row.top + row.height + 1) continue;
    for (const bar of between(row, x.invert(px - 1), x.invert(px + 1)))
      if (best === undefined || bar.to - bar.from < best.to - best.from) best = bar;
  }
  return (
    best &&
    `${data.notes[best.note]}, for ${Number((best.to - best.from).toPrecision(6))} s from ${clock(best.from)} to ${clock(best.to)}`
  );
};

/** What is so at one moment: states of VMs, hosts that are down, and flows. */
const stateAt = (lanes: readonly Placed[], now: number): string => {
  const counts = new Map<string, number>();
  const add = (what: string): void => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  };
  for (const lane of lanes)
    for (const row of lane.rows)
      for (const { from, to, kind } of between(row, now, now)) {
        if (from > now || to <= now) continue;
        if (lane.kind === "vm") add(`VMs: ${kind}`);
        else if (lane.kind === "host") add(kind === "down" ? "hosts down" : `hosts in a ${kind}`);
        else if (kind !== "durable") add(`snapshots: ${kind}`);
      }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(" · ");
};
