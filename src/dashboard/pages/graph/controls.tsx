import { useId, useState } from 'preact/hooks';
import { count } from '../../kit/format.js';
import { Choice, Field } from '../../kit/parts.js';
import { place, setSearch } from '../../kit/router.js';
import { keyOf, KINDS, LOOK, nameOf, type Learned, type NodeKind } from './model.js';

/** How many queries may be drawn. */
export const SIZES = ['200', '500', '2000', '5000'] as const;
export type Size = (typeof SIZES)[number];

/** What the address says of the picture. */
export interface Wanted {
  queries: Size;
  layout: 'learned' | 'force';
  hidden: ReadonlySet<NodeKind>;
  /** Key of a node whose neighbours alone are shown: a family, a task, a domain or a kind. */
  only: string;
  selected: string;
}

export function wantedNow(): Wanted {
  const { search } = place.value;
  return {
    queries: SIZES.find((one) => one === search.get('queries')) ?? '500',
    layout: search.get('layout') === 'force' ? 'force' : 'learned',
    hidden: new Set(KINDS.filter((kind) => search.get('hide')?.split(',').includes(kind))),
    only: search.get('only') ?? '',
    selected: search.get('node') ?? '',
  };
}

/** Kinds of node with their colours: which are shown. */
export function Legend({ nodes, hidden }: Pick<Learned, 'nodes'> & Pick<Wanted, 'hidden'>) {
  const toggle = (kind: NodeKind): void => {
    const next = hidden.has(kind) ? [...hidden].filter((one) => one !== kind) : [...hidden, kind];
    setSearch({ hide: next.join(',') });
  };
  return (
    <fieldset class="legend">
      <legend class="unseen">Kinds of node that are shown</legend>
      {KINDS.map((kind) => {
        const there = nodes.filter((node) => node.kind === kind).length;
        if (there === 0) return null;
        return (
          <label key={kind} class="check">
            <input type="checkbox" checked={!hidden.has(kind)} onChange={() => toggle(kind)} />
            <i class={`dot graph-${kind}`} aria-hidden="true" />
            {LOOK[kind].many} <span class="muted">{count(there)}</span>
          </label>
        );
      })}
    </fieldset>
  );
}

/** Finds a node by its name. */
function Search({ nodes }: Pick<Learned, 'nodes'>) {
  const id = useId();
  const [text, setText] = useState('');
  const named = nodes.filter(({ kind }) => kind !== 'query');
  function take(value: string): void {
    setText(value);
    const found = named.find((node) => nameOf(node) === value);
    if (found === undefined) return;
    setSearch({ node: keyOf(found) });
    setText('');
  }
  function first(): void {
    const found = nodes.find((node) => nameOf(node).toLowerCase().includes(text.trim().toLowerCase()));
    if (text.trim() === '' || found === undefined) return;
    setSearch({ node: keyOf(found) });
    setText('');
  }
  return (
    <Field label="Find a node">
      <input
        type="search"
        list={id}
        value={text}
        placeholder="An LLM, a task, a kind …"
        onInput={(event) => take(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && first()}
      />
      <datalist id={id}>
        {named.map((node) => (
          <option key={keyOf(node)} value={nameOf(node)}>
            {LOOK[node.kind].one}
          </option>
        ))}
      </datalist>
    </Field>
  );
}

const GROUPS: readonly NodeKind[] = ['family', 'domain', 'task', 'kind'];

/** Shows what belongs to one family, domain, task or kind alone. */
function Only({ nodes, only }: Pick<Learned, 'nodes'> & Pick<Wanted, 'only'>) {
  return (
    <Field label="Only what belongs to">
      <select value={only} onChange={(event) => setSearch({ only: event.currentTarget.value })}>
        <option value="">Everything</option>
        {GROUPS.map((kind) => {
          const own = nodes.filter((node) => node.kind === kind);
          return own.length === 0 ? null : (
            <optgroup key={kind} label={LOOK[kind].many}>
              {own.map((node) => (
                <option key={node.id} value={keyOf(node)}>
                  {nameOf(node)}
                </option>
              ))}
            </optgroup>
          );
        })}
      </select>
    </Field>
  );
}

export function Controls({ nodes, wanted }: Pick<Learned, 'nodes'> & { wanted: Wanted }) {
  return (
    <div class="fields">
      <Search nodes={nodes} />
      <Only nodes={nodes} only={wanted.only} />
      <Field label="Queries drawn">
        <select value={wanted.queries} onChange={(event) => setSearch({ queries: event.currentTarget.value })}>
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {`up to ${count(Number(size))}`}
            </option>
          ))}
        </select>
      </Field>
      <div class="field">
        <span>Layout</span>
        <Choice
          label="Layout"
          options={[
            { value: 'learned', label: 'As learned' },
            { value: 'force', label: 'By force' },
          ]}
          value={wanted.layout}
          onChange={(layout) => setSearch({ layout })}
        />
      </div>
    </div>
  );
}
