/** Text of another machine or a guest for a terminal: one line without control characters, which could steer the terminal. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]+/g, " ").trim();
