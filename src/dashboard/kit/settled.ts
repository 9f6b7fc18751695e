import { useEffect, useState } from 'preact/hooks';

const PAUSE_MS = 250;

/** A value that is being typed, once it is left as it is for a moment. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
