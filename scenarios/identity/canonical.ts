/**
 * One text for one value: keys in order, every number as the shortest that reads back as it, also those that JSON has no words
 * for. What is undefined is left out.
 */
export const canonical = (value: unknown): string => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(",")}]`;
  if (ArrayBuffer.isView(value)) return canonical(Array.from(value as Float64Array));
  if (typeof value === "object") {
    const entries = Object.entries(value as object)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
  }
  throw new TypeError(`a ${typeof value} has no canonical form`);
};
