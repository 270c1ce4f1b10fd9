/** Whether more of a column is better; of times, bytes and counts of failures it is not. */
export const isHigherBetter = (column: string): boolean =>
  /^(availability\w*|workRatio|pIntact|pUsable|snapshotsDurable|cycles?)$/.test(column);

/** Columns of which 1 minus the value is what is lost. */
export const isPart = (column: string): boolean => /^(availability\w*|workRatio|p[A-Z]\w*|downtime\w*)$/.test(column);
