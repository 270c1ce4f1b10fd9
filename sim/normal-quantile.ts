import { log } from "./reproducible-math.ts";

type Coefficients = readonly [number, number, number, number, number, number, number, number];

const rational = (x: number, a: Coefficients, b: Coefficients): number =>
  (((((((a[7] * x + a[6]) * x + a[5]) * x + a[4]) * x + a[3]) * x + a[2]) * x + a[1]) * x + a[0]) /
  (((((((b[7] * x + b[6]) * x + b[5]) * x + b[4]) * x + b[3]) * x + b[2]) * x + b[1]) * x + b[0]);

const centreOver: Coefficients = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
];
const centreUnder: Coefficients = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852546,
];
const shoulderOver: Coefficients = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const shoulderUnder: Coefficients = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const tailOver: Coefficients = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const tailUnder: Coefficients = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5,
  1.421511758316446e-7, 2.0442631033899397e-15,
];

/**
 * The standard normal quantile of `p` in (0, 1), about 16 digits: −∞ at 0, ∞ at 1. Monotone and free of rejection,
 * so that one uniform gives one normal draw.
 *
 * Source: M. Wichura, algorithm AS 241 (PPND16), Applied Statistics 37(3), 1988.
 */
export const normalQuantile = (p: number): number => {
  const fromCentre = p - 0.5;
  if (Math.abs(fromCentre) <= 0.425) {
    return fromCentre * rational(0.180625 - fromCentre * fromCentre, centreOver, centreUnder);
  }
  const tail = fromCentre < 0 ? p : 1 - p;
  if (tail <= 0) return fromCentre < 0 ? -Infinity : Infinity;
  const depth = Math.sqrt(-log(tail));
  const distance =
    depth <= 5 ? rational(depth - 1.6, shoulderOver, shoulderUnder) : rational(depth - 5, tailOver, tailUnder);
  return fromCentre < 0 ? -distance : distance;
};
