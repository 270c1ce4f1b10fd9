import { publishedMixes } from "../../models/analytic/published-mixes.ts";
import published from "../../results/published/page-aware-copies.json" with { type: "json" };

/** Space saved, and restores that are intact and usable, by storage policy and page mix, as published; and page mixes of papers. */
export default { compared: published.compared, mixes: publishedMixes };
