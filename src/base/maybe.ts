/** A value that is there, or will be. What usually is there at once is not made to wait for a turn of its own. */
export type Maybe<T> = T | Promise<T>;

/** What `step` makes of the value, at once where it is there. */
export function chain<T, U>(value: Maybe<T>, step: (value: T) => Maybe<U>): Maybe<U> {
  return value instanceof Promise ? value.then(step) : step(value);
}

/** What `work` makes, or what `rescue` makes of what it throws or rejects with. */
export function rescued<T>(work: () => Maybe<T>, rescue: (error: unknown) => Maybe<T>): Maybe<T> {
  try {
    const made = work();
    return made instanceof Promise ? made.catch(rescue) : made;
  } catch (error) {
    return rescue(error);
  }
}
