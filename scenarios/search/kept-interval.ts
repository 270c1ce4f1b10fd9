/**
 * Whether a snapshot interval is kept, in seconds: the one that was achieved, on average, is within 1 % of the one asked for. As
 * `snapshot.maxInFlight` bounds what is under way, whoever does not keep up comes late to his cuts.
 */
export const isKept = (achieved: number, asked: number): boolean => achieved <= 1.01 * asked;
