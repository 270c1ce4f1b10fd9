/** Maximum likelihood of a lognormal law: mean and standard deviation of the logarithms. */
export const lognormalFit = (values: readonly number[]): readonly [mu: number, sigma: number] => {
  const logs = values.map(Math.log);
  const mu = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  return [mu, Math.sqrt(logs.reduce((sum, x) => sum + (x - mu) ** 2, 0) / logs.length)];
};

/** Maximum likelihood of a Weibull law: the root of the profile score in the shape, by bisection. */
export const weibullFit = (values: readonly number[]): readonly [shape: number, scale: number] => {
  const logs = values.map(Math.log);
  const meanLog = logs.reduce((sum, x) => sum + x, 0) / logs.length;
  const powers = (shape: number): { readonly sum: number; readonly weighted: number } => {
    const raised = values.map((x) => x ** shape);
    return { sum: raised.reduce((a, x) => a + x, 0), weighted: raised.reduce((a, x, i) => a + x * logs[i]!, 0) };
  };
  let [low, high] = [0.01, 20];
  for (let i = 0; i < 200; i++) {
    const shape = (low + high) / 2;
    const { sum, weighted } = powers(shape);
    if (weighted / sum - 1 / shape - meanLog < 0) low = shape;
    else high = shape;
  }
  return [low, (powers(low).sum / values.length) ** (1 / low)];
};
