import { type PackedTimeline, unpacked } from "./data.ts";
import { timelineView } from "./view.ts";

const data = unpacked(JSON.parse(document.querySelector("#data")!.textContent) as PackedTimeline);
document.body.style.margin = "1rem";
document.querySelector("#timeline")!.append(timelineView(data));
