import type { ScaleLinear } from "d3";
import { between, type Placed } from "./lanes.ts";
import { colours, markColours } from "./look.ts";

/** From times to pixels. */
export type Scale = ScaleLinear<number, number>;

/** Left of the lanes, for their names, pixels. */
export const gutter = 150;

/** Draws what of the lanes is in sight. */
export const paint = (
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
    pen.fillStyle = grounds[lane.kind];
    pen.fillRect(0, lane.top, width, lane.height);
    if (lane.kind === "heading") {
      pen.fillStyle = "#222";
      pen.font = "600 12px system-ui, sans-serif";
      pen.fillText(lane.name, 4, lane.top + lane.height / 2, width - 8);
      continue;
    }
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

const grounds = { snapshots: "#eef2f7", vm: "#fff", host: "#fafafa", heading: "#d9dee6" } as const;

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
