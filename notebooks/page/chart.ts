import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Draws a chart of results/charts as a figure, with a caption that also says to those who do not see it what it shows. */
export const chart = async (spec: TopLevelSpec, caption: string): Promise<HTMLElement> => {
  const figure = document.createElement("figure");
  const drawing = figure.appendChild(document.createElement("div"));
  drawing.className = "drawing";
  drawing.tabIndex = 0;
  drawing.setAttribute("role", "group");
  drawing.setAttribute("aria-label", caption);
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: "svg", container: drawing, hover: false });
  await view.runAsync();
  // A symbol without a name says nothing: those that hold marks leave that to the marks.
  for (const holder of drawing.querySelectorAll('svg [role="graphics-symbol"]:not([aria-label])')) {
    holder.removeAttribute("role");
    holder.removeAttribute("aria-roledescription");
  }
  for (const mark of drawing.querySelectorAll("svg [aria-label]")) {
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = mark.getAttribute("aria-label");
    mark.prepend(title);
  }
  figure.appendChild(document.createElement("figcaption")).textContent = caption;
  return figure;
};
