/** The text that the address of this page carries; undefined without one. */
export const sharedText = (): string | undefined => {
  const coded = /^#scenario=([\w-]*)$/.exec(location.hash)?.[1];
  if (coded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(coded.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("the address of this page carries a scenario that is damaged: ask for the link again");
  }
};

/** A link to this page that carries a text; whoever opens it sees that text. Nothing is sent anywhere. */
export const shareLink = (text: string, label: string): HTMLElement => {
  const bytes = new TextEncoder().encode(text);
  const coded = btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
  const paragraph = document.createElement("p");
  const link = paragraph.appendChild(document.createElement("a"));
  link.href = `#scenario=${coded.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
  link.textContent = label;
  return paragraph;
};
