import * as z from "zod/mini";

/** No path: files lie in an agent's folder, side by side. */
export const fileName = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/));
