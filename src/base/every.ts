/** Does `work` again and again, without keeping the process alive for it, until the returned function is called. */
export function every(
  milliseconds: number,
  work: () => void | Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  const timer = setInterval(() => void (async () => work())().catch(onError), milliseconds).unref();
  return () => clearInterval(timer);
}
