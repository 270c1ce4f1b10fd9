/** What a transfer is for. */
export const errands = ["capture", "replicate", "merge", "repair", "restore"] as const;
export type Errand = (typeof errands)[number];
