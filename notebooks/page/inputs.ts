/** An element that holds a value and says `input` when it changes. */
export type Input<T> = HTMLElement & { value: T };

let count = 0;

const labelled = <T>(label: string, control: HTMLElement, read: () => T): Input<T> => {
  const element = document.createElement("div") as unknown as Input<T>;
  element.className = "input";
  control.id = `input-${++count}`;
  const name = element.appendChild(document.createElement("label"));
  name.htmlFor = control.id;
  name.textContent = label;
  element.append(control);
  Object.defineProperty(element, "value", { get: read });
  return element;
};

/** Chooses one of several values along a line; each shows itself as `format` says. */
export const slider = <const T>(
  label: string,
  values: readonly T[],
  start: T,
  format: (value: T) => string = String,
): Input<T> => {
  const control = document.createElement("input");
  Object.assign(control, { type: "range", min: "0", max: String(values.length - 1), step: "1" });
  control.value = String(Math.max(0, values.indexOf(start)));
  const shown = document.createElement("output");
  const chosen = (): T => values[Number(control.value)]!;
  const show = (): void => {
    shown.textContent = format(chosen());
    control.setAttribute("aria-valuetext", format(chosen()));
  };
  control.addEventListener("input", show);
  const element = labelled(label, control, chosen);
  shown.htmlFor.add(control.id);
  element.append(shown);
  show();
  return element;
};

/** Chooses one of several values from a list. */
export const select = <const T>(
  label: string,
  values: readonly T[],
  start: T,
  format: (value: T) => string = String,
): Input<T> => {
  const control = document.createElement("select");
  control.append(...values.map((value, i) => new Option(format(value), String(i), false, value === start)));
  return labelled(label, control, () => values[Number(control.value)]!);
};

/** A text that its reader edits; its value changes with the button, or with Ctrl-Enter. */
export const editor = (label: string, start: string, action: string): Input<string> => {
  const control = document.createElement("textarea");
  Object.assign(control, { value: start, rows: Math.min(24, start.split("\n").length + 2), spellcheck: false });
  let kept = start;
  const element = labelled(label, control, () => kept);
  element.classList.add("editor");
  // Paper has no bars to scroll with: it shows the whole text.
  const printed = element.appendChild(document.createElement("pre"));
  printed.className = "printed";
  printed.textContent = start;
  const button = element.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = action;
  const take = (): void => {
    kept = control.value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // What is being typed is no value yet.
  control.addEventListener("input", (event) => {
    event.stopPropagation();
    printed.textContent = control.value;
  });
  control.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) take();
  });
  button.addEventListener("click", take);
  return element;
};
