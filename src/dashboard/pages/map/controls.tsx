import { count } from '../../kit/format.js';
import { Choice, Field } from '../../kit/parts.js';
import { place, setSearch } from '../../kit/router.js';
import type { ColourBy, Legend } from './colouring.js';
import { kindName, sharesOf, type MapQuery, type QueryMap } from './region.js';

/** What the address says of the map. */
export interface Wanted {
  colours: ColourBy;
  drag: 'move' | 'lasso';
  /** A kind, a task or a best LLM, whose queries are selected: `kind:…`. */
  group: string;
  /** LLM that regret is of; that with the most answers unless given. */
  incumbent: string;
}

export function wantedNow(): Wanted {
  const { search } = place.value;
  const [colours, drag] = [search.get('colours'), search.get('drag')];
  return {
    colours: colours === 'best' || colours === 'regret' ? colours : 'kind',
    drag: drag === 'lasso' ? 'lasso' : 'move',
    group: search.get('group') ?? '',
    incumbent: search.get('incumbent') ?? '',
  };
}

type Groups = Record<'kind' | 'task' | 'best', (query: MapQuery) => string>;

const groupsOf = (map: QueryMap): Groups => ({
  kind: (query) => kindName(map, query),
  task: ({ task }) => map.tasks[task] ?? '',
  best: ({ best }) => map.models[best]!,
});
const TITLES: Record<keyof Groups, string> = { kind: 'Kinds', task: 'Tasks', best: 'Best LLM' };

/** Queries of a group as the address names it; null where it names none. */
export function groupNamed(map: QueryMap, group: string): { title: string; queries: MapQuery[] } | null {
  const [by, name] = group.split(/:(.*)/s) as [keyof Groups, string | undefined];
  const nameOf = groupsOf(map)[by];
  if (nameOf === undefined || name === undefined) return null;
  return { title: name, queries: map.queries.filter((query) => nameOf(query) === name) };
}

/** Picks a region by what is asked, without a pointer. */
function GroupField({ map, group }: { map: QueryMap; group: string }) {
  const groups = groupsOf(map);
  return (
    <Field label="Region">
      <select value={group} onChange={(event) => setSearch({ group: event.currentTarget.value })}>
        <option value="">All of it, or a lasso</option>
        {(Object.keys(groups) as (keyof Groups)[]).map((by) => {
          const shares = sharesOf(map.queries, groups[by]).filter(([name]) => name !== '');
          return shares.length === 0 ? null : (
            <optgroup key={by} label={TITLES[by]}>
              {shares.map(([name, n]) => (
                <option key={name} value={`${by}:${name}`}>{`${name} (${count(n)})`}</option>
              ))}
            </optgroup>
          );
        })}
      </select>
    </Field>
  );
}

export function Controls({ map, wanted, incumbent }: { map: QueryMap; wanted: Wanted; incumbent: number }) {
  return (
    <div class="fields">
      <div class="field">
        <span>Coloured by</span>
        <Choice<ColourBy>
          label="Coloured by"
          options={[
            { value: 'kind', label: 'Kind' },
            { value: 'best', label: 'Best LLM' },
            { value: 'regret', label: 'Regret' },
          ]}
          value={wanted.colours}
          onChange={(colours) => setSearch({ colours })}
        />
      </div>
      <div class="field">
        <span>Dragging</span>
        <Choice<Wanted['drag']>
          label="Dragging"
          options={[
            { value: 'move', label: 'Moves' },
            { value: 'lasso', label: 'Selects' },
          ]}
          value={wanted.drag}
          onChange={(drag) => setSearch({ drag })}
        />
      </div>
      <GroupField map={map} group={wanted.group} />
      {wanted.colours === 'regret' && (
        <Field label="Regret of always taking">
          <select
            value={map.models[incumbent]}
            onChange={(event) => setSearch({ incumbent: event.currentTarget.value })}
          >
            {map.models.map((model) => (
              <option key={model} value={model}>
                {model}
              </option>
            ))}
          </select>
        </Field>
      )}
    </div>
  );
}

/** What the colours mean. */
export function ColourLegend({ legend, label }: { legend: readonly Legend[]; label: string }) {
  return (
    <ul class="legend" aria-label={label}>
      {legend.map(({ name, colour, count: n }) => (
        <li key={name}>
          <i class="dot" style={{ background: colour }} aria-hidden="true" />
          {name} <span class="muted">{count(n)}</span>
        </li>
      ))}
    </ul>
  );
}
