/** A difference with its sign, as people read it: `+0.0120`, `−0.0030`. */
export const signed = (x: number, digits: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(digits)}`;
