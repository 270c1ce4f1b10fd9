/** A page has no files: what it reads comes with it, by page-files.ts. */
const refuse = (): never => {
  throw new Error("a page has no file system");
};

export const readFileSync = refuse;
export const readdirSync = refuse;
