import { formatQuantity, parseQuantity, type Quantity, quantities } from "./units.ts";

/**
 * A value as people read it, with so many digits: in the unit in which it would be written, unless another one leaves between 1
 * and 1000 of it. What it says need not be the very same number.
 */
export const readableQuantity = (quantity: Quantity, value: number, digits: number): string => {
  const written = formatQuantity(quantity, value);
  const fits = (factor: number): boolean => Math.abs(value) >= factor && Math.abs(value) < 1000 * factor;
  const units = [...quantity.units];
  const own = units.find(([unit]) => written.replace(/^[-+.\de]+/, "") === unit);
  const [unit, factor] =
    own !== undefined && fits(own[1]) ? own : (units.find(([, one]) => fits(one)) ?? own ?? ["", 1]);
  return `${Number((value / factor).toPrecision(digits))}${unit}`;
};

const long = /\d{7}|\d\.\d{5}/;

/** Labels of one axis, those with more digits than anybody reads cut so far that all still differ: label → what is shown. */
export const readableLabels = (labels: readonly string[]): ReadonlyMap<string, string> => {
  const own = new Map(labels.map((label) => [label, label]));
  if (!labels.some((label) => long.test(label))) return own;
  for (const digits of [3, 4, 5, 6]) {
    const shown = new Map([...own.keys()].map((label) => [label, cut(label, digits)]));
    if (new Set(shown.values()).size === own.size) return shown;
  }
  return own;
};

const cut = (label: string, digits: number): string => {
  if (!long.test(label)) return label;
  if (Number.isFinite(Number(label))) return String(Number(Number(label).toPrecision(digits)));
  for (const quantity of quantities) {
    const parsed = parseQuantity(quantity, label);
    if (parsed.ok) return readableQuantity(quantity, parsed.value, digits);
  }
  return label;
};
