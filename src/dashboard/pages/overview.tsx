import type { Schemas } from '../../client/index.js';
import { Choice, Field, Page } from '../kit/parts.js';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { place, setSearch } from '../kit/router.js';
import { client } from '../kit/session.js';
import { Empty, Loaded } from '../kit/states.js';
import { Cost, Errors, Latency, Quality, Traffic } from './overview/charts.js';
import { Figures } from './overview/figures.js';
import { ByModel } from './overview/table.js';

type Range = Schemas['Overview']['range'];

const RANGES: readonly { value: Range; label: string }[] = [
  { value: '1h', label: 'Hour' },
  { value: '24h', label: 'Day' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
  { value: '90d', label: '90 days' },
];
/** Before the id of an LLM: it may be called `best`. */
const SINGLE = 'single:';

function nameOf(baseline: string): string {
  if (baseline.startsWith(SINGLE)) return `always ${baseline.slice(SINGLE.length)}`;
  return baseline === 'dearest' ? 'always the dearest' : 'always the best';
}

function Controls({ range, baseline }: { range: Range; baseline: string }) {
  const models = useQuery((signal) => answered(client.GET('/v1/models', { signal })), [], { follows: ['catalog'] });
  return (
    <>
      <Choice label="Time" options={RANGES} value={range} onChange={(value) => setSearch({ range: value })} />
      <Field label="Compared with">
        <select value={baseline} onChange={(event) => setSearch({ baseline: event.currentTarget.value })}>
          <option value="best">Always the best</option>
          <option value="dearest">Always the dearest</option>
          {models.data?.models.map(({ id }) => (
            <option key={id} value={SINGLE + id}>
              Always {id}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

function queryOf(range: Range, baseline: string) {
  if (baseline.startsWith(SINGLE)) return { range, baseline: 'single' as const, model: baseline.slice(SINGLE.length) };
  return { range, baseline: baseline === 'dearest' ? ('dearest' as const) : ('best' as const) };
}

export default function OverviewPage() {
  const { search } = place.value;
  const range = RANGES.find(({ value }) => value === search.get('range'))?.value ?? '7d';
  const baseline = search.get('baseline') ?? 'best';
  const overview = useQuery(
    (signal) => answered(client.GET('/v1/overview', { params: { query: queryOf(range, baseline) }, signal })),
    [range, baseline],
    { follows: ['decisions', 'feedback'], pauseMs: range === '1h' ? 2_000 : 5_000 },
  );
  const alerts = useQuery((signal) => answered(client.GET('/v1/alerts', { signal })), [], { follows: ['alerts'] });
  const weights = useQuery((signal) => answered(client.GET('/v1/weights', { signal })), [], { follows: ['artifacts'] });
  return (
    <Page title="Overview" actions={<Controls range={range} baseline={baseline} />}>
      <Loaded query={overview} rows={8}>
        {(data) => (
          <div class="grid">
            <Figures
              overview={data}
              baseline={nameOf(baseline)}
              alerts={alerts.data?.alerts.length}
              version={weights.data?.weights[0]}
            />
            {data.totals.decisions === 0 && data.totals.observed.answers === 0 ? (
              <div class="card span-12">
                <Empty title="No traffic in this time">
                  <p>Route a query, and it shows here:</p>
                  <pre>curl '{location.origin}/route?query=What+is+the+boiling+point+of+water%3F'</pre>
                </Empty>
              </div>
            ) : (
              <>
                <Traffic overview={data} />
                <Quality overview={data} />
                <Cost overview={data} baseline={nameOf(baseline)} />
                <Latency overview={data} />
                <Errors overview={data} />
                <ByModel rows={data.models} />
              </>
            )}
          </div>
        )}
      </Loaded>
    </Page>
  );
}
