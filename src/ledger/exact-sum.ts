/**
 * A sum of floats, rounded once at the end (Shewchuk's partials, as Python's `math.fsum`): it does not
 * depend on the order of the terms, so that the same interactions give the same means.
 */
export class ExactSum {
  /** Non-overlapping, of growing magnitude. */
  private readonly partials: number[] = [];
  count = 0;

  add(term: number): void {
    const { partials } = this;
    let x = term;
    let kept = 0;
    for (let i = 0; i < partials.length; i++) {
      const y = partials[i]!;
      const high = x + y;
      const low = Math.abs(x) < Math.abs(y) ? x - (high - y) : y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
    this.count++;
  }

  /** NaN without terms. */
  mean(): number {
    return this.count === 0 ? NaN : this.value() / this.count;
  }

  value(): number {
    const { partials } = this;
    let n = partials.length;
    if (n === 0) return 0;
    let high = partials[--n]!;
    let low = 0;
    while (n > 0) {
      const x = high;
      const y = partials[--n]!;
      high = x + y;
      low = y - (high - x);
      if (low !== 0) break;
    }
    // What is left below `low` decides a tie that rounding to even would get wrong.
    if (n > 0 && low !== 0 && low > 0 === partials[n - 1]! > 0) {
      const doubled = low * 2;
      const rounded = high + doubled;
      if (doubled === rounded - high) return rounded;
    }
    return high;
  }
}
