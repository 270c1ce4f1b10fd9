/**
 * The minimiser of `cost` between `low` and `high`, to a relative `tolerance`: golden sections with parabolic steps
 * (Brent, Algorithms for Minimization without Derivatives, 1973, chapter 5). Finds one local minimum.
 */
export const minimise = (cost: (x: number) => number, low: number, high: number, tolerance = 1e-9): number => {
  const golden = (3 - Math.sqrt(5)) / 2;
  let [a, b] = [low, high];
  let best = a + golden * (b - a);
  let second = best;
  let third = best;
  let bestCost = cost(best);
  let [secondCost, thirdCost] = [bestCost, bestCost];
  let move = 0;
  let moveBefore = 0;
  for (let step = 0; step < 200; step++) {
    const middle = (a + b) / 2;
    const resolution = tolerance * Math.abs(best) + 1e-12;
    if (Math.abs(best - middle) <= 2 * resolution - (b - a) / 2) break;
    let parabolic = false;
    if (Math.abs(moveBefore) > resolution) {
      const r = (best - second) * (bestCost - thirdCost);
      const q = (best - third) * (bestCost - secondCost);
      const p = (best - third) * q - (best - second) * r;
      const shift = p / (-2 * (q - r));
      // Only a step that shrinks, and stays inside, is trusted.
      parabolic = Math.abs(shift) < Math.abs(moveBefore) / 2 && best + shift > a && best + shift < b;
      if (parabolic) {
        moveBefore = move;
        const tooNear = best + shift - a < 2 * resolution || b - best - shift < 2 * resolution;
        move = tooNear ? Math.sign(middle - best) * resolution : shift;
      }
    }
    if (!parabolic) {
      moveBefore = (best < middle ? b : a) - best;
      move = golden * moveBefore;
    }
    const x = best + (Math.abs(move) >= resolution ? move : Math.sign(move) * resolution);
    const xCost = cost(x);
    if (xCost <= bestCost) {
      if (x < best) b = best;
      else a = best;
      [third, second, best] = [second, best, x];
      [thirdCost, secondCost, bestCost] = [secondCost, bestCost, xCost];
    } else {
      if (x < best) a = x;
      else b = x;
      if (xCost <= secondCost || second === best) {
        [third, second] = [second, x];
        [thirdCost, secondCost] = [secondCost, xCost];
      } else if (xCost <= thirdCost || third === best || third === second) {
        third = x;
        thirdCost = xCost;
      }
    }
  }
  return best;
};

/** The point between `inside`, where `holds` is true, and `outside`, where it is not, at which it stops to hold. */
export const boundary = (holds: (x: number) => boolean, inside: number, outside: number): number => {
  let [good, bad] = [inside, outside];
  for (let step = 0; step < 100 && Math.abs(bad - good) > 1e-12 * Math.max(1, Math.abs(good)); step++) {
    const middle = (good + bad) / 2;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
};
