/** A part of a page: HTML that is whole in itself. */
export type Html = string & { readonly __html?: true };

/** Text as HTML shows it, also within an attribute. */
export const escaped = (text: string): Html => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** How tables look, and what scrolls within itself. */
export const tableStyle = `.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 0.2rem 0.7rem; text-align: right; border-bottom: 1px solid #e2e2e2; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 1px solid #888; }`;

const style = `
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; margin: 2rem auto; max-width: 74rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
figure { margin: 1rem 0; overflow-x: auto; } figure svg { max-width: 100%; height: auto; }
figcaption { color: #555; }
${tableStyle}
pre { background: #f5f5f5; padding: 0.8rem; overflow-x: auto; font-size: 12.5px; line-height: 1.4; }
@page { margin: 15mm; }
@media print {
  body { margin: 0; max-width: none; padding: 0; } pre { white-space: pre-wrap; print-color-adjust: exact; } figure, tr { break-inside: avoid; }
  h1, h2 { break-after: avoid; } figure, .scroll { overflow: visible; }
  table { font-size: 11px; } th, td { white-space: normal; overflow-wrap: anywhere; padding: 0.15rem 0.4rem; }
}
`;

/** What a mark says of itself to a screen reader, it says to a pointer, too. */
const script = `
for (const mark of document.querySelectorAll("svg [aria-label]")) {
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = mark.getAttribute("aria-label");
  mark.prepend(title);
}`;

/** A whole page in one file: it needs nothing else, neither another file nor a network. */
export const page = (title: string, parts: readonly Html[]): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${parts.join("\n")}
</main>
<script>${script}</script>
</body>
</html>
`;

export const section = (title: string, parts: readonly Html[]): Html =>
  `<section><h2>${escaped(title)}</h2>\n${parts.join("\n")}</section>`;

export const paragraph = (text: string): Html => `<p>${escaped(text)}</p>`;

export const list = (items: readonly string[]): Html =>
  `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("\n")}</ul>`;

export const code = (text: string): Html => `<pre tabindex="0"><code>${escaped(text)}</code></pre>`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Html => {
  const cells = (row: readonly string[]): string => row.map((cell) => `<td>${escaped(cell)}</td>`).join("");
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head.map((cell) => `<th scope="col">${escaped(cell)}</th>`).join("")}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join("\n")}</tbody></table></div>`;
};

/** A picture within the page; its inner names are counted anew under `key`, apart from those of other pictures. */
export const figure = (key: string, svg: string, caption: string): Html => {
  const names = [...new Set([...svg.matchAll(/\bid="([^"]+)"/g)].map(([, name]) => name))];
  const renamed = (name: string): string => `${key}-${names.indexOf(name)}`;
  const own = svg
    .replace(/\bid="([^"]+)"/g, (_, name: string) => `id="${renamed(name)}"`)
    .replace(/url\(#([^)]+)\)/g, (_, name: string) => `url(#${renamed(name)})`);
  return `<figure>${own}<figcaption>${escaped(caption)}</figcaption></figure>`;
};
