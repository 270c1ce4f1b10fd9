/** When pages are saved: at the cut, before it, or after it. */
export const captureModes = ["stop-and-copy", "pre-copy", "post-copy"] as const;
export type CaptureMode = (typeof captureModes)[number];
