/** Weights by name, each in row order. */
export type Weights = Record<string, { shape: number[]; data: Float32Array }>;
