// A worker that runs from the TypeScript sources: Node before 22.18 needs tsx for them, and in each thread anew.
if (!process.features.typescript) (await import("tsx/esm/api")).register();
await import("./worker.ts");
