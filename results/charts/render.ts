import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { type Font, parse as parseFont } from "opentype.js";
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { fontFamily } from "./look.ts";

export interface Picture {
  readonly svg: string;
  readonly png: Uint8Array;
}

/** Draws a chart as SVG and as PNG, `scale` pixels for each unit of the SVG. */
export const render = async (spec: TopLevelSpec, scale = 2): Promise<Picture> => {
  measureWith(parseFont(asBuffer(readFileSync(fontFile("400Regular")))));
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const fontFiles = ["400Regular", "600SemiBold"].map(fontFile);
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: fontFamily };
  const png = new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale }, background: "white" }).render().asPng();
  return { svg, png };
};

const fontFile = (cut: string): string =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/inter/${cut}/Inter_${cut}.ttf`);

const asBuffer = (bytes: Buffer): ArrayBuffer =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;

/** Without a canvas Vega guesses how wide text is, far too wide for titles; the font itself knows. */
const measureWith = (font: Font): void => {
  // Exported by Vega for this purpose, but not by its types.
  const { textMetrics } = vega as unknown as { textMetrics: { width: (item: TextItem, text: string) => number } };
  textMetrics.width = ({ fontSize = 11 }, text) => font.getAdvanceWidth(String(text ?? ""), fontSize);
};

interface TextItem {
  readonly fontSize?: number;
}
