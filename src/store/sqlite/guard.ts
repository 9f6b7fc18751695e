type Verb = (...args: never[]) => unknown;

/**
 * A port whose errors are told by `failed`, whether its verbs throw them or reject with them.
 *
 * @param failed answers what is thrown in an error's place
 */
export function guarded<T extends object>(port: T, failed: (error: unknown) => unknown): T {
  const guard =
    (verb: Verb): Verb =>
    (...args) => {
      try {
        const answer = verb(...args);
        if (!(answer instanceof Promise)) return answer;
        return answer.catch((error: unknown) => {
          throw failed(error);
        });
      } catch (error) {
        throw failed(error);
      }
    };
  return Object.fromEntries(
    Object.entries(port).map(([name, value]) => [name, typeof value === 'function' ? guard(value as Verb) : value]),
  ) as T;
}
