import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<T> {
  name: string;
  /** What stands in a row. */
  cell: (row: T) => ComponentChildren;
  /** What it is sorted by; not sortable unless given. Null sorts last. */
  by?: (row: T) => number | string | null;
  /** Figures stand at the right. */
  isNumber?: boolean;
  /** Left out on narrow pages. */
  isWideOnly?: boolean;
}

export interface TableProps<T> {
  /** Says what it is a table of. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** Where a row leads to: its first cell becomes the link. */
  hrefOf?: (row: T) => string;
  /** The column that it is sorted by at first, and whether from the largest. */
  sorted?: { column: string; down: boolean };
}

function compare(a: number | string | null, b: number | string | null): number {
  if (a === b) return 0;
  if (a === null) return Infinity;
  if (b === null) return -Infinity;
  return a < b ? -1 : 1;
}

export function Table<T>({ label, columns, rows, keyOf, hrefOf, sorted }: TableProps<T>) {
  const [order, setOrder] = useState(sorted);
  const by = columns.find(({ name }) => name === order?.column)?.by;
  const shown =
    by === undefined
      ? rows
      : rows.toSorted((a, b) => {
          const value = compare(by(a), by(b));
          return Number.isFinite(value) && order!.down ? -value : value;
        });
  const sortBy = (column: string): void => setOrder({ column, down: order?.column === column ? !order.down : true });
  return (
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <caption class="unseen">{label}</caption>
        <thead>
          <tr>
            {columns.map(({ name, by: sortable, isNumber, isWideOnly }) => (
              <th
                key={name}
                scope="col"
                class={`${isNumber === true ? 'number' : ''} ${isWideOnly === true ? 'wide' : ''}`}
                aria-sort={order?.column === name ? (order.down ? 'descending' : 'ascending') : undefined}
              >
                {sortable === undefined ? (
                  name
                ) : (
                  <button type="button" class="plain" onClick={() => sortBy(name)}>
                    {name}
                    <span aria-hidden="true">{order?.column === name ? (order.down ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, cell, isNumber, isWideOnly }, i) => (
                <td key={name} class={`${isNumber === true ? 'number' : ''} ${isWideOnly === true ? 'wide' : ''}`}>
                  {i === 0 && hrefOf !== undefined ? <a href={hrefOf(row)}>{cell(row)}</a> : cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
