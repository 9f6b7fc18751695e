/** Marks of a stream that is whole, or has failed in its form. */
const ENDS =
  /^(?:\[DONE\]|.*"type":"(?:message_stop|response\.(?:completed|incomplete|failed)|error)".*|\{"error":.*)$/s;

/** What is wrong with the events of an answer to a call; undefined for nothing. */
export function eventsFault(body: string): string | undefined {
  const data = body
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim());
  for (const one of data) {
    if (one === '[DONE]') continue;
    try {
      JSON.parse(one);
    } catch {
      return `an event that is no JSON: ${one.slice(0, 100)}`;
    }
  }
  const last = data.at(-1);
  return last !== undefined && ENDS.test(last) ? undefined : `a stream that ends with ${last?.slice(0, 200)}`;
}
