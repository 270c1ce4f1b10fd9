import { axisTop, type D3ZoomEvent, pointer, scaleLinear, select, type ZoomTransform, zoom, zoomIdentity } from "d3";
import type { Mark, TimelineData } from "./data.ts";
import { axisHeight, placed } from "./lanes.ts";
import { legend } from "./look.ts";
import { gutter, paint } from "./paint.ts";
import { stateAt, under } from "./readout.ts";
import { style } from "./style.ts";
import { clock } from "./time.ts";

const speeds = [1, 10, 60, 600, 3600];

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
