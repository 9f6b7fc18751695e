/** A value that is there, or will be. What usually is there at once is not made to wait for a turn of its own. */
export type Maybe<T> = T | Promise<T>;

/** What `step` makes of the value, at once where it is there. */
export function chain<T, U>(value: Maybe<T>, step: (value: T) => Maybe<U>): Maybe<U> {
  return value instanceof Promise ? value.then(step) : step(value);
}
