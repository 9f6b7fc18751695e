import { table } from '../../src/cli/output.js';
import type { Outcome } from './send.js';

interface Row {
  requests: number;
  /** By the first digit of the status; 0 counts requests without an answer. */
  classes: number[];
  slowestMs: number;
  violations: number;
}

/** What came of requests, by operation. */
export interface Tally {
  count(name: string, outcome: Outcome, isViolation: boolean): void;
  readonly violations: number;
  toTable(): string;
}

export function createTally(names: readonly string[]): Tally {
  const fresh = (): Row => ({ requests: 0, classes: [0, 0, 0, 0, 0, 0], slowestMs: 0, violations: 0 });
  const rows = new Map<string, Row>(names.map((name) => [name, fresh()]));
  const cellsOf = (name: string, { requests, classes, slowestMs, violations }: Row): (string | number)[] => [
    name,
    requests,
    ...classes.slice(2),
    classes[0]!,
    slowestMs.toFixed(1),
    violations,
  ];
  const sum = (): Row => {
    const all = fresh();
    for (const row of rows.values()) {
      all.requests += row.requests;
      row.classes.forEach((n, i) => (all.classes[i]! += n));
      all.slowestMs = Math.max(all.slowestMs, row.slowestMs);
      all.violations += row.violations;
    }
    return all;
  };
  return {
    count(name, { answered, ms }, isViolation) {
      let row = rows.get(name);
      if (row === undefined) rows.set(name, (row = fresh()));
      row.requests++;
      row.classes[Math.floor((answered?.status ?? 0) / 100)]!++;
      row.slowestMs = Math.max(row.slowestMs, ms);
      if (isViolation) row.violations++;
    },
    get violations() {
      return sum().violations;
    },
    toTable: () =>
      table(
        ['made of', 'requests', '2xx', '3xx', '4xx', '5xx', 'no answer', 'slowest ms', 'violations'],
        [...Array.from(rows, ([name, row]) => cellsOf(name, row)), cellsOf('all', sum())],
      ),
  };
}
