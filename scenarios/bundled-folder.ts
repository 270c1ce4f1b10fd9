import { fileURLToPath } from "node:url";

/** Where scenarios, catalogue, defaults and traces of the product lie, in the sources as in the compiled package. */
export const bundledFolder = fileURLToPath(new URL(".", import.meta.url));
