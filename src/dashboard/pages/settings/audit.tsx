import { useEffect, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ago, time } from '../../kit/format.js';
import { Badge, Card, Field } from '../../kit/parts.js';
import { answered, problemFrom, type Problem } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { place, setSearch } from '../../kit/router.js';
import { useSettled } from '../../kit/settled.js';
import { client, may } from '../../kit/session.js';
import { Empty, Failed, Loaded } from '../../kit/states.js';
import { changesOf } from './diff.js';

type Entry = Schemas['AuditEntry'];

const PAGE = 50;
/** Characters that can be searched for. */
const MOST_SEARCHED = 200;

/** A page of what has `search` in it, of all where that is empty. */
const readPage = (search: string, before?: number, signal?: AbortSignal) =>
  answered(
    client.GET('/v1/audit', {
      params: {
        query: { limit: PAGE, ...(search !== '' && { search }), ...(before !== undefined && { before }) },
      },
      ...(signal !== undefined && { signal }),
    }),
  );

function Diff({ entry }: { entry: Entry }) {
  const changes = changesOf(entry.before, entry.after);
  if (changes.length === 0) return <p class="muted">It has no state that differs before and after.</p>;
  return (
    <table class="diff">
      <caption class="unseen">What changed</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, before, after }) => (
          <tr key={field}>
            <td>
              <code>{field || 'the whole'}</code>
            </td>
            <td class="was">{before === undefined ? '–' : <code>{before}</code>}</td>
            <td class="is">{after === undefined ? '–' : <code>{after}</code>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry }: { entry: Entry }) {
  const { at, actor, action, target } = entry;
  return (
    <details class="entry">
      <summary>
        <span class="mono">{action.split(' ')[0]}</span> <strong>{target}</strong>
        <span class="muted">
          {' '}
          · {actor.name} <Badge>{actor.via}</Badge> · <time title={time(at)}>{ago(at)}</time>
        </span>
      </summary>
      <div class="stack">
        <dl class="facts">
          <dt>When</dt>
          <dd>{time(at)}</dd>
          <dt>Who</dt>
          <dd>
            {actor.name}
            {actor.key !== null && <> (key {actor.key})</>}
            {actor.address !== null && <>, from {actor.address}</>}
          </dd>
          <dt>Operation</dt>
          <dd>{action}</dd>
        </dl>
        <Diff entry={entry} />
      </div>
    </details>
  );
}

function Entries({ first, search }: { first: Schemas['AuditList']; search: string }) {
  const [older, setOlder] = useState<Entry[]>([]);
  const [next, setNext] = useState(first.next);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    // What is newer was read again: what was older begins after it anew.
    setOlder([]);
    setNext(first.next);
  }, [first]);
  const all = [...first.entries, ...older];
  async function readOn(): Promise<void> {
    try {
      const page = await readPage(search, next ?? undefined);
      setOlder((before) => [...before, ...page.entries]);
      setNext(page.next);
      setProblem(undefined);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  if (all.length === 0)
    return search === '' ? (
      <Empty title="Nothing was changed yet">What administrators change stands here.</Empty>
    ) : (
      <Empty title={`Nothing has “${search}” in it`} />
    );
  return (
    <div class="stack">
      <div>
        {all.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
      </div>
      {problem !== undefined && <Failed problem={problem} />}
      {next !== null && (
        <button type="button" class="begin" onClick={() => void readOn()}>
          Older
        </button>
      )}
    </div>
  );
}

export function AuditTab() {
  const isAdmin = may('admin');
  const search = useSettled((place.value.search.get('find') ?? '').trim().slice(0, MOST_SEARCHED));
  const query = useQuery(
    (signal) => (isAdmin ? readPage(search, undefined, signal) : Promise.resolve({ entries: [], next: null })),
    [isAdmin, search],
    { follows: ['settings', 'keys', 'policies', 'providers', 'experiments', 'catalog'] },
  );
  return (
    <Card title="What administrators changed">
      {isAdmin ? (
        <div class="stack">
          <Field label="Find" hint="Operation, path, or the name, key or address of who it was">
            <input
              type="search"
              maxLength={MOST_SEARCHED}
              value={place.value.search.get('find') ?? ''}
              onInput={(event) => setSearch({ find: event.currentTarget.value })}
            />
          </Field>
          <Loaded query={query} rows={8}>
            {(first) => <Entries key={search} first={first} search={search} />}
          </Loaded>
        </div>
      ) : (
        <Empty title="Only for administrators">A key with the scope admin reads the audit log.</Empty>
      )}
    </Card>
  );
}
