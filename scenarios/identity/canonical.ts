/**
 * Writes one text for one value: keys in order, every number as the shortest that reads back as it, also those that JSON has no
 * words for. What is undefined is left out. An object that many values share is written once, so it must not change meanwhile.
 */
export class Canonical {
  readonly #known = new WeakMap<object, string>();

  /** @throws TypeError for what has no canonical form, such as a function */
  text(value: unknown): string {
    if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
    if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
    if (typeof value !== "object") throw new TypeError(`a ${typeof value} has no canonical form`);
    let text = this.#known.get(value);
    if (text === undefined) {
      text = this.#write(value);
      this.#known.set(value, text);
    }
    return text;
  }

  #write(value: object): string {
    if (Array.isArray(value)) return `[${value.map((one) => this.text(one ?? null)).join(",")}]`;
    if (ArrayBuffer.isView(value)) return this.#write(Array.from(value as Float64Array));
    let text = "";
    for (const key of Object.keys(value).sort()) {
      const one = (value as { readonly [key: string]: unknown })[key];
      if (one !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${this.text(one)}`;
    }
    return `{${text}}`;
  }
}
