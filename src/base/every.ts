/**
 * Does `work` again and again, without keeping the process alive for it, until the returned function is called. Work
 * that takes longer than the period is never done twice at once: periods that end meanwhile are skipped.
 */
export function every(
  milliseconds: number,
  work: () => void | Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let working = false;
  async function tick(): Promise<void> {
    if (working) return;
    working = true;
    try {
      await work();
    } catch (error) {
      onError(error);
    } finally {
      working = false;
    }
  }
  const timer = setInterval(() => void tick(), milliseconds).unref();
  return () => clearInterval(timer);
}
