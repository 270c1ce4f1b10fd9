import { setTimeout as sleep } from "node:timers/promises";

/** It takes QEMU a moment to make its sockets: until then they are asked for again. */
export const whenListening = async <T>(task: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++)
    try {
      return await task();
    } catch (error) {
      if (!/connect (ENOENT|ECONNREFUSED)/.test((error as Error).message) || tries === 100) throw error;
      await sleep(50);
    }
};
