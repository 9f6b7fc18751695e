import { table } from '../../src/cli/output.js';
import type { Found } from './phase.js';

/** What was found after the kills of one phase. */
interface Row {
  kills: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  broken: number;
  faults: number;
}

export interface Tally {
  count(phase: string, found: Found, broken: number): void;
  isClean(): boolean;
  toTable(): string;
}

export function createTally(): Tally {
  const fresh = (): Row => ({ kills: 0, acknowledged: 0, lost: 0, doubled: 0, broken: 0, faults: 0 });
  const all = fresh();
  const rows = new Map<string, Row>();
  const cells = (name: string, row: Row): (string | number)[] => [
    name,
    row.kills,
    row.acknowledged,
    row.lost,
    row.doubled,
    row.broken,
    row.faults,
  ];
  return {
    count(phase, { acknowledged, lost, doubled, faults }, broken) {
      let own = rows.get(phase);
      if (own === undefined) rows.set(phase, (own = fresh()));
      for (const row of [own, all]) {
        row.kills++;
        row.acknowledged += acknowledged;
        row.lost += lost;
        row.doubled += doubled;
        row.broken += broken;
        row.faults += faults.length;
      }
    },
    isClean: () => all.lost + all.doubled + all.broken + all.faults === 0,
    toTable: () =>
      table(
        ['killed in', 'kills', 'acknowledged rows', 'lost', 'doubled', 'broken artifacts', 'other faults'],
        [...Array.from(rows, ([name, row]) => cells(name, row)), cells('all', all)],
      ),
  };
}
