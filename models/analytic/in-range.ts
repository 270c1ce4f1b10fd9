/**
 * Checks the arguments of a closed form, each by its name.
 *
 * @throws RangeError that names the form, the argument and its value, unless all are above 0 (Infinity included).
 */
export const requirePositive = (form: string, values: { readonly [name: string]: number }): void => {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0)) throw new RangeError(`${form}: ${name} must be above 0, not ${value}`);
  }
};

/** Like {@link requirePositive}: 0 or more, and finite. */
export const requireDuration = (form: string, values: { readonly [name: string]: number }): void => {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`${form}: ${name} must be 0 or more, and finite, not ${value}`);
    }
  }
};

/** Like {@link requirePositive}: from 0 to 1. */
export const requireFraction = (form: string, values: { readonly [name: string]: number }): void => {
  for (const [name, value] of Object.entries(values)) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${form}: ${name} must lie between 0 and 1, not ${value}`);
  }
};

/** Like {@link requirePositive}: a whole number from `least` to `most`. */
export const requireCount = (
  form: string,
  values: { readonly [name: string]: number },
  least = 1,
  most = Number.MAX_SAFE_INTEGER,
): void => {
  for (const [name, value] of Object.entries(values)) {
    if (!(Number.isSafeInteger(value) && value >= least && value <= most)) {
      const bound = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
      throw new RangeError(`${form}: ${name} must be a whole number ${bound}, not ${value}`);
    }
  }
};
