/** What can be done with a testbed. */
export const testbedActions = ["doctor", "setup", "up", "status", "points", "down"] as const;
export type TestbedAction = (typeof testbedActions)[number];
