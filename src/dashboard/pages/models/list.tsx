import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { compact, duration, percent, usd } from '../../kit/format.js';
import { Badge, Card, Choice, Field, Llm, Page, Range, Share } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo, place, setSearch } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { Editor } from './editor.js';
import { HealthBadge } from './health.js';
import { HeatMap } from './heat.js';
import { FOUR_IN_FIVE, trafficOf } from './known.js';
import { Undeclared } from './undeclared.js';

type Declared = Schemas['LlmProfile'];
type Strength = Schemas['LlmStrength'];

/** One LLM as it stands in the table. */
interface Row extends Strength {
  declared: Declared | undefined;
  /** Share of the last 30 days' decisions; null where there was none. */
  share: number | null;
}

const BY = [
  { value: 'task', label: 'By task' },
  { value: 'kind', label: 'By kind' },
] as const;
const STATES = [
  { value: '', label: 'All' },
  { value: 'closed', label: 'Healthy' },
  { value: 'open', label: 'Out' },
  { value: 'alerts', label: 'Got worse' },
] as const;

const prices = ({ input_price: input, output_price: output }: Declared): string =>
  input === undefined && output === undefined ? '–' : `${usd(input)} / ${usd(output)}`;

/** Family, size and context, as far as they are declared. */
function factsOf(declared: Declared | undefined): string {
  const { family, size_b: size, context_tokens: context } = declared ?? {};
  const facts = [
    family,
    size === undefined ? undefined : `${size}B`,
    context === undefined ? undefined : `${compact(context)} context`,
  ];
  return facts.filter((fact) => fact !== undefined).join(' · ') || '–';
}

const COLUMNS: readonly Column<Row>[] = [
  { name: 'LLM', cell: ({ model }) => <Llm id={model} link={false} />, by: ({ model }) => model },
  {
    name: 'Quality',
    cell: ({ overall: { score, low, high } }) => <Range mean={score} low={low} high={high} level={FOUR_IN_FIVE} />,
    by: ({ overall }) => overall.score,
  },
  {
    name: 'Cost',
    cell: ({ usage }) => <span title="of an answer">{usd(usage.cost_usd)}</span>,
    by: ({ usage }) => usage.cost_usd,
    isNumber: true,
  },
  {
    name: 'Latency',
    cell: ({ usage }) => (
      <span title={`nine in ten within ${duration(usage.latency_p90_ms)}`}>{duration(usage.latency_ms)}</span>
    ),
    by: ({ usage }) => usage.latency_ms,
    isNumber: true,
  },
  {
    name: 'Traffic',
    cell: ({ share }) =>
      share === null ? (
        <span class="muted">–</span>
      ) : (
        <span class="range">
          <span class="figure-text">{percent(share)}</span>
          <Share value={share} />
        </span>
      ),
    by: ({ share }) => share,
    isNumber: true,
  },
  { name: 'Health', cell: (row) => <HealthBadge state={row.state} alerts={row.alerts} />, by: ({ state }) => state },
  {
    name: 'Declared',
    cell: ({ declared }) => <span class="muted">{factsOf(declared)}</span>,
    by: ({ declared }) => declared?.size_b ?? null,
    isWideOnly: true,
  },
  {
    name: 'Price in / out',
    cell: ({ declared }) => (
      <span title="US dollars per million tokens">{declared === undefined ? '–' : prices(declared)}</span>
    ),
    by: ({ declared }) => declared?.output_price ?? null,
    isNumber: true,
    isWideOnly: true,
  },
];

interface Read {
  strengths: Schemas['StrengthList'];
  models: Schemas['ModelList'];
  summary: Schemas['Summary'];
}

async function readAll(by: 'task' | 'kind', signal: AbortSignal): Promise<Read> {
  const [strengths, models, summary] = await Promise.all([
    answered(client.GET('/v1/strengths', { params: { query: { by } }, signal })),
    answered(client.GET('/v1/models', { signal })),
    answered(client.GET('/v1/summary', { signal })),
  ]);
  return { strengths, models, summary };
}

function rowsOf({ strengths, models, summary }: Read): Row[] {
  const declared = new Map(models.models.map((one) => [one.id, one]));
  return strengths.models.map((one) => ({
    ...one,
    declared: declared.get(one.model),
    share: trafficOf(summary, one.model).share,
  }));
}

/** Whether an LLM has a text in its id or its facts. */
function holds({ model, declared }: Row, text: string): boolean {
  const { family = '', tags = [], capabilities = [], regions = [], languages = [] } = declared ?? {};
  return [model, family, ...tags, ...capabilities, ...regions, ...languages].some((one) =>
    one.toLowerCase().includes(text.toLowerCase()),
  );
}

const isIn = ({ state, alerts }: Row, wanted: string): boolean =>
  wanted === '' || (wanted === 'alerts' ? alerts > 0 : wanted === 'open' ? state !== 'closed' : state === 'closed');

function None() {
  return (
    <Empty title="No LLM is known yet">
      <p>Declare those that you can call, or import a log that names them:</p>
      <pre>npx pointsman models put my-llm my-llm.yaml{'\n'}npx pointsman import models.json interactions.jsonl.gz</pre>
      {may('admin') && (
        <button class="primary" onClick={() => setSearch({ add: '1' })}>
          Add an LLM
        </button>
      )}
    </Empty>
  );
}

function Listed({ rows }: { rows: readonly Row[] }) {
  const { search } = place.value;
  const [text, setText] = useState(search.get('q') ?? '');
  const wanted = search.get('state') ?? '';
  const shown = rows.filter((row) => holds(row, text) && isIn(row, wanted));
  return (
    <Card title={`${rows.length} LLMs`} aside="Intervals hold the true mean four times in five; traffic is of 30 days">
      <div class="row filters">
        <Field label="Find by id, family, tag, capability, region or language">
          <input
            type="search"
            value={text}
            onInput={({ currentTarget: { value } }) => (setText(value), setSearch({ q: value }))}
          />
        </Field>
        <Choice
          label="Which"
          options={STATES}
          value={STATES.find((one) => one.value === wanted)?.value ?? ''}
          onChange={(state) => setSearch({ state })}
        />
      </div>
      {shown.length === 0 ? (
        <Empty title="No LLM is like that" />
      ) : (
        <Table
          label="LLMs"
          columns={COLUMNS}
          rows={shown}
          keyOf={({ model }) => model}
          hrefOf={({ model }) => hrefTo(['models', model])}
          sorted={{ column: 'Quality', down: true }}
        />
      )}
    </Card>
  );
}

export function ModelList() {
  const { search } = place.value;
  const by = search.get('by') === 'kind' ? 'kind' : 'task';
  const query = useQuery((signal) => readAll(by, signal), [by], {
    follows: ['catalog', 'artifacts', 'breakers', 'alerts', 'feedback'],
    pauseMs: 10_000,
  });
  const isAdding = search.get('add') !== null && may('admin');
  return (
    <Page
      title="Models"
      actions={may('admin') && !isAdding && <button onClick={() => setSearch({ add: '1' })}>Add an LLM</button>}
    >
      <div class="stack">
        {isAdding && (
          <Editor
            declared={null}
            onClose={() => setSearch({ add: undefined })}
            onSaved={(id) => (location.hash = hrefTo(['models', id]))}
          />
        )}
        <Loaded query={query} rows={8}>
          {(read) => (
            <>
              {read.models.undeclared !== undefined && (
                <Undeclared undeclared={read.models.undeclared} onDone={query.reload} />
              )}
              {read.strengths.models.length === 0 ? (
                <None />
              ) : (
                <>
                  <Listed rows={rowsOf(read)} />
                  <Card
                    title={by === 'task' ? 'Who is good at what: by task' : 'Who is good at what: by kind of query'}
                    aside={<Choice label="Columns" options={BY} value={by} onChange={(to) => setSearch({ by: to })} />}
                  >
                    <HeatMap list={read.strengths} by={by} />
                  </Card>
                  {read.strengths.version === null && (
                    <p class="muted">
                      <Badge>Not trained</Badge> These are declared facts and mean scores;{' '}
                      <a href="#/training">train</a> to learn profiles.
                    </p>
                  )}
                </>
              )}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  );
}
