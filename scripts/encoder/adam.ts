const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam (Kingma & Ba 2015) on plain arrays: only the rows of the words in a batch come out of the tensors, and the other
 * words' momentum goes on moving them.
 */
export class Adam {
  readonly values: Float32Array;
  readonly #rate: number;
  readonly #mean: Float32Array;
  readonly #square: Float32Array;
  #steps = 0;

  constructor(values: Float32Array, rate: number) {
    this.values = values;
    this.#rate = rate;
    this.#mean = new Float32Array(values.length);
    this.#square = new Float32Array(values.length);
  }

  /**
   * One step against `gradient`, whose row `i` `[width]` belongs to row `rows[i]`; all others have none. `share` of the
   * learning rate is used.
   */
  step(gradient: ArrayLike<number>, rows: ArrayLike<number>, width: number, share: number): void {
    this.#steps++;
    const [mean, square, values] = [this.#mean, this.#square, this.values];
    for (let i = 0; i < values.length; i++) {
      mean[i]! *= BETA1;
      square[i]! *= BETA2;
    }
    for (let r = 0; r < rows.length; r++) {
      const to = rows[r]! * width;
      for (let d = 0; d < width; d++) {
        const g = gradient[r * width + d]!;
        mean[to + d]! += (1 - BETA1) * g;
        square[to + d]! += (1 - BETA2) * g * g;
      }
    }
    const rate = (share * this.#rate * Math.sqrt(1 - BETA2 ** this.#steps)) / (1 - BETA1 ** this.#steps);
    for (let i = 0; i < values.length; i++) {
      if (mean[i] !== 0) values[i]! -= (rate * mean[i]!) / (Math.sqrt(square[i]!) + EPSILON);
    }
  }
}
