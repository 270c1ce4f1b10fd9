/** Frames of a guest that are told of as touched, or asked for before it runs. */
export const mostTouched = 2 ** 16;
