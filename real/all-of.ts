/** What all come to; when one fails, only once the others are through, too. */
export const allOf = async <T>(tasks: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
};
