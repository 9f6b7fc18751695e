import { useEffect, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ago, count, time } from '../../kit/format.js';
import { Badge, Card, Field } from '../../kit/parts.js';
import { answered, problemFrom, type Problem } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { place, setSearch } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Empty, Failed, Loaded } from '../../kit/states.js';
import { changesOf } from './diff.js';

type Entry = Schemas['AuditEntry'];

const PAGE = 50;

const readPage = (before: number | undefined, signal?: AbortSignal) =>
  answered(
    client.GET('/v1/audit', {
      params: { query: { limit: PAGE, ...(before !== undefined && { before }) } },
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

const isFound = ({ action, target, actor }: Entry, text: string): boolean =>
  `${action}\n${target}\n${actor.name}\n${actor.key ?? ''}\n${actor.via}\n${actor.address ?? ''}`
    .toLowerCase()
    .includes(text.toLowerCase());

function Entries({ first }: { first: Schemas['AuditList'] }) {
  const [older, setOlder] = useState<Entry[]>([]);
  const [next, setNext] = useState(first.next);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    // What is newer was read again: what was older begins after it anew.
    setOlder([]);
    setNext(first.next);
  }, [first]);
  const text = place.value.search.get('find') ?? '';
  const all = [...first.entries, ...older];
  const shown = text === '' ? all : all.filter((entry) => isFound(entry, text));
  async function readOn(): Promise<void> {
    try {
      const page = await readPage(next ?? undefined);
      setOlder((before) => [...before, ...page.entries]);
      setNext(page.next);
      setProblem(undefined);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }
  if (all.length === 0) return <Empty title="Nothing was changed yet">What administrators change stands here.</Empty>;
  return (
    <div class="stack">
      <Field label="Find" hint={`Path, operation, name or address, in the ${count(all.length)} that are here`}>
        <input type="search" value={text} onInput={(event) => setSearch({ find: event.currentTarget.value })} />
      </Field>
      <div>
        {shown.map((entry) => (
          <Row key={entry.id} entry={entry} />
        ))}
        {shown.length === 0 && <p class="muted">None of these. Older ones may be further down.</p>}
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
  const query = useQuery(
    (signal) => (isAdmin ? readPage(undefined, signal) : Promise.resolve({ entries: [], next: null })),
    [isAdmin],
    { follows: ['settings', 'keys', 'policies', 'providers', 'experiments', 'catalog'] },
  );
  return (
    <Card title="What administrators changed">
      {isAdmin ? (
        <Loaded query={query} rows={8}>
          {(first) => <Entries first={first} />}
        </Loaded>
      ) : (
        <Empty title="Only for administrators">A key with the scope admin reads the audit log.</Empty>
      )}
    </Card>
  );
}
