/** Hosts that libraries load code, styles and fonts from. */
const hosts =
  /(?:https?:)?\/\/(?:[\w-]+\.)*(?:jsdelivr\.net|unpkg\.com|esm\.sh|skypack\.dev|jspm\.(?:dev|io)|cdnjs\.cloudflare\.com|googleapis\.com|gstatic\.com|observableusercontent\.com|api\.observablehq\.com)[^\s"'`)]*/g;
const imports = /\bimport\s*\(?\s*["'`](?:https?:)?\/\/[^"'`]+/g;
const attributes = /<(?:script|link|img|iframe|source)\b[^>]*\b(?:src|href)\s*=\s*["']?(?:https?:)?\/\/[^\s"'>]+/g;

/** Addresses that a page would load something from; a link that a reader may follow is none. */
export const outsideAddresses = (html: string): readonly string[] => [
  ...new Set([hosts, imports, attributes].flatMap((form) => html.match(form) ?? [])),
];
