import type { ComponentChildren } from 'preact';
import type { Query } from './query.js';
import type { Problem } from './problem.js';

/** Stands where something is being read: as tall as what comes, so that nothing jumps. */
export function Loading({ rows = 3, label = 'Loading' }: { rows?: number; label?: string }) {
  return (
    <div class="loading" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}

/** Says why something can't be shown, and tries again. */
export function Failed({
  problem,
  title = 'Could not be read',
  onRetry,
}: {
  problem: Problem;
  title?: string;
  onRetry?: () => void;
}) {
  return (
    <div class="notice bad" role="alert">
      <div>
        <strong>{problem.code === 'unreachable' ? 'Not reachable' : title}</strong>
        <p>{problem.message}</p>
        {problem.status > 0 && <code>{problem.code}</code>}
      </div>
      {onRetry !== undefined && <button onClick={onRetry}>Try again</button>}
    </div>
  );
}

/** Says that there is nothing yet, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <div>{children}</div>}
    </div>
  );
}

export interface LoadedProps<T> {
  query: Query<T>;
  /** Lines that stand for it while it is read first. */
  rows?: number;
  children: (data: T) => ComponentChildren;
}

/** What was read, once it was; what was read before stays in sight where it can't be read again. */
export function Loaded<T>({ query: { data, problem, reload }, rows, children }: LoadedProps<T>) {
  return (
    <>
      {problem !== undefined && <Failed problem={problem} onRetry={reload} />}
      {data !== undefined ? children(data) : problem === undefined && <Loading {...(rows !== undefined && { rows })} />}
    </>
  );
}
