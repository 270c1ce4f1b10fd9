/**
 * Whether the module at `url` (its `import.meta.url`) is the script that was started. Always false in a browser, which
 * has no command line; asks for nothing that only Node has at import time.
 */
export const isMain = (url: string): boolean => {
  const { process } = globalThis as { process?: { argv?: readonly string[] } };
  return process?.argv?.[1] === decodeURIComponent(new URL(url).pathname);
};
