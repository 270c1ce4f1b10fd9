export { timelineView as timeline } from "../../results/timeline/view.ts";
