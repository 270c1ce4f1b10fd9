/** Real applications that guests may run beside their workload. */
export const applications = ["redis"] as const;
export type Application = (typeof applications)[number];
