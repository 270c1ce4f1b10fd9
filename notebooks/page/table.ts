/** A table with its heads; what is a number stands to the right. */
export const table = (
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  caption: string,
): HTMLElement => {
  const scroll = document.createElement("div");
  // Columns that paper has room for only in a smaller letter.
  scroll.className = heads.length > 7 ? "scroll wide" : "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "group");
  scroll.setAttribute("aria-label", caption);
  const element = scroll.appendChild(document.createElement("table"));
  element.createCaption().textContent = caption;
  const head = element.createTHead().insertRow();
  for (const text of heads) {
    const cell = head.appendChild(document.createElement("th"));
    cell.scope = "col";
    cell.textContent = text;
  }
  const body = element.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const value of row) line.insertCell().textContent = String(value);
  }
  return scroll;
};
