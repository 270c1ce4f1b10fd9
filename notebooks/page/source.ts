/** The text of a program, to be read. */
export const source = (text: string): HTMLElement => {
  const element = document.createElement("pre");
  element.tabIndex = 0;
  element.appendChild(document.createElement("code")).textContent = text.trimEnd();
  return element;
};
