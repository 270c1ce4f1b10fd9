import type { Message } from "./outcome.ts";

type Found<T> = Exclude<T, false | null | undefined>;

/**
 * A test that needs something which a machine may lack: it runs with what `condition` found, and where that is false,
 * null or undefined it is skipped; the runner counts it as skipped and prints title and reason at its end.
 *
 * ```ts
 * test("the page draws", skipUnless(() => findCommand("chromium"), "needs chromium", async (chromium) => { … }));
 * ```
 */
export const skipUnless =
  <T>(condition: () => T | Promise<T>, reason: string, handler: (found: Found<T>) => void | Promise<void>) =>
  // uvu keeps the title of the running test in the context that it passes to each test.
  async (context: Record<string, unknown>): Promise<void> => {
    const found = await condition();
    if (found !== false && found !== null && found !== undefined) return handler(found as Found<T>);

    const skip: Message = { kind: "skip", title: String(context["__test__"]), reason };
    if (process.send) process.send(skip);
    else console.log(`skipped: ${skip.title}: ${reason}`);
  };
