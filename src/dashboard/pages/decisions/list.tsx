import type { Schemas } from '../../../client/index.js';
import { ago, duration, shortId, time, usd } from '../../kit/format.js';
import { Badge, Card, Llm, Page } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo, setSearch } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { isLive } from '../../kit/live.js';
import { Filters } from './filters.js';
import { OutcomeBadge } from './outcome.js';
import { merged, useTail, type Tail } from './tail.js';
import { isFiltered, isWanted, queryOf, wantAll, wantedNow, type Wanted } from './wanted.js';
import './decisions.css';

type Summary = Schemas['DecisionSummary'];

const PER_PAGE = 50;
/** Pages of a search that are looked at for one page here. */
const LOOKS = 4;
/** Outcomes come in later: how often the page is read again for them, in milliseconds. */
const READ_AGAIN_MS = 5_000;

const ofToday = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' });
const ofAnotherDay = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

/** The time of day; with the day, where that is not today. */
function when(at: string): string {
  const date = new Date(at);
  return (date.toDateString() === new Date().toDateString() ? ofToday : ofAnotherDay).format(date);
}

const COLUMNS: readonly Column<Summary>[] = [
  {
    name: 'When',
    cell: ({ at, decision_id: id }) => (
      <time dateTime={at} title={`${ago(at)}, ${time(at)}, ${shortId(id)}`}>
        {when(at)}
      </time>
    ),
  },
  {
    name: 'Query',
    cell: ({ query }) =>
      query === null ? (
        <span class="muted">text not kept</span>
      ) : (
        <span class="clip" title={query.slice(0, 400)}>
          {query.slice(0, 200)}
        </span>
      ),
  },
  { name: 'LLM', cell: ({ model }) => <Llm id={model} link={false} /> },
  {
    name: 'Policy',
    cell: ({ policy, experiment }) => (
      <>
        {policy} {experiment !== null && <Badge tone="info">{`${experiment.experiment}: ${experiment.arm}`}</Badge>}
      </>
    ),
    isWideOnly: true,
  },
  { name: 'Outcome', cell: (one) => <OutcomeBadge {...one} /> },
  {
    name: 'Call',
    cell: ({ call }) =>
      call === null ? <span class="muted">–</span> : `${duration(call.total_ms)} · ${usd(call.cost_usd)}`,
    isWideOnly: true,
    isNumber: true,
  },
];

/** A page of decisions. Where they are searched, as many looks as it takes, within bounds. */
async function readPage(wanted: Wanted, signal: AbortSignal): Promise<Schemas['DecisionList']> {
  const query = queryOf(wanted);
  const decisions: Summary[] = [];
  let { before } = query;
  for (let looks = 0; looks < LOOKS; looks++) {
    const limit = PER_PAGE - decisions.length;
    const page = await answered(
      client.GET('/v1/decisions', { params: { query: { ...query, before, limit } }, signal }),
    );
    decisions.push(...page.decisions);
    if (page.next === null || decisions.length >= PER_PAGE) return { decisions, next: page.next };
    before = page.next;
  }
  return { decisions, next: before ?? null };
}

function LiveState({ tail, onReload }: { tail: Tail; onReload: () => void }) {
  return (
    <div class="row">
      {tail.hasGap && (
        <button type="button" class="plain" onClick={onReload}>
          More came than are listed: read again
        </button>
      )}
      <span role="status">
        {tail.isPaused ? `Paused, ${tail.waiting} new` : isLive.value ? 'New ones come in on top' : 'Not live'}
      </span>
      <button type="button" aria-pressed={tail.isPaused} onClick={() => tail.setPaused(!tail.isPaused)}>
        {tail.isPaused ? 'Go on' : 'Pause'}
      </button>
    </div>
  );
}

function Nothing({ wanted, next }: { wanted: Wanted; next: string | null }) {
  if (next !== null) return <Empty title="Nothing among the newest">Older ones were not looked at yet.</Empty>;
  if (isFiltered(wanted))
    return (
      <Empty title="No decision is like this">
        <button type="button" onClick={wantAll}>
          Show all
        </button>
      </Empty>
    );
  return (
    <Empty title="Nothing was decided yet">
      <p>Ask which LLM should get a query, on the page Try it, or by</p>
      <pre>{`curl "${location.origin}/route?query=What+is+the+capital+of+Peru%3F"`}</pre>
    </Empty>
  );
}

function Pager({ wanted, next }: { wanted: Wanted; next: string | null }) {
  if (wanted.before === '' && next === null) return null;
  return (
    <nav class="row pager" aria-label="Pages of decisions">
      <button type="button" disabled={wanted.before === ''} onClick={() => setSearch({ before: '' })}>
        Newest
      </button>
      <button type="button" disabled={next === null} onClick={() => next !== null && setSearch({ before: next })}>
        Older
      </button>
    </nav>
  );
}

export function DecisionsList() {
  const wanted = wantedNow();
  const key = JSON.stringify(wanted);
  const isNewest = wanted.before === '';
  const query = useQuery((signal) => readPage(wanted, signal), [key], {
    follows: isNewest ? ['feedback'] : [],
    pauseMs: READ_AGAIN_MS,
  });
  const tail = useTail(key, (decision) => isWanted(wanted, decision));
  return (
    <Page title="Decisions">
      <div class="stack">
        <Card>
          <Filters wanted={wanted} />
        </Card>
        <Card
          title={isNewest ? 'Newest' : 'Older'}
          aside={isNewest && <LiveState tail={tail} onReload={() => (tail.fillGap(), query.reload())} />}
        >
          <Loaded query={query} rows={12}>
            {({ decisions, next }) => {
              const rows = isNewest ? merged(tail.fresh, decisions) : decisions;
              return (
                <>
                  {rows.length === 0 ? (
                    <Nothing wanted={wanted} next={next} />
                  ) : (
                    <Table
                      label="Decisions"
                      columns={COLUMNS}
                      rows={rows}
                      keyOf={(one) => one.decision_id}
                      hrefOf={(one) => hrefTo(['decisions', one.decision_id])}
                    />
                  )}
                  <Pager wanted={wanted} next={next} />
                </>
              );
            }}
          </Loaded>
        </Card>
      </div>
    </Page>
  );
}
