/** Event streams that are open, so that a stop can end them. */
export interface Streams {
  /** Calls `end` when streams are to end; answers how to take it off again. */
  add(end: () => void): () => void;
  endAll(): void;
  readonly size: number;
}

export function createStreams(): Streams {
  const open = new Set<() => void>();
  return {
    add(end) {
      open.add(end);
      return () => void open.delete(end);
    },
    endAll() {
      for (const end of open) end();
    },
    get size() {
      return open.size;
    },
  };
}
