import type { Schemas } from '../../../client/index.js';
import { count, duration, percent, score, usd } from '../../kit/format.js';
import { Figure, Llm, Share } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';

type Results = Schemas['ShadowResults'];
type Means = Results['expected']['active'];

interface Expectation {
  name: string;
  by: string;
  of: Means['quality'];
  format: (value: number) => string;
}

const rowsOf = (by: string, { quality, cost_usd: cost, latency_ms: latency }: Means): Expectation[] => [
  { name: 'Quality', by, of: quality, format: score },
  { name: 'Cost', by, of: cost, format: usd },
  { name: 'Latency', by, of: latency, format: duration },
];

/** What either side's choices are expected to be, by either side's scores. */
function Expected({ results: { expected } }: { results: Results }) {
  const rows = [...rowsOf('what is in force', expected.active), ...rowsOf('the shadow', expected.candidate)].toSorted(
    (a, b) => a.name.localeCompare(b.name) * -1,
  );
  const columns: Column<Expectation>[] = [
    { name: 'Expected', cell: ({ name }) => name },
    { name: 'By the scores of', cell: ({ by }) => by },
    { name: 'In force', cell: ({ of, format }) => (of === null ? '–' : format(of.active)), isNumber: true },
    { name: 'Shadow', cell: ({ of, format }) => (of === null ? '–' : format(of.candidate)), isNumber: true },
    { name: 'Decisions', cell: ({ of }) => count(of?.decisions), isNumber: true },
  ];
  return <Table label="Expectations" columns={columns} rows={rows} keyOf={({ name, by }) => `${name} ${by}`} />;
}

function Shares({ results }: { results: Results }) {
  type Row = Results['models'][number];
  const share = (value: number) => (
    <span class="range">
      <Share value={value} /> <span class="figure-text">{percent(value)}</span>
    </span>
  );
  const columns: Column<Row>[] = [
    { name: 'LLM', cell: ({ model }) => <Llm id={model} /> },
    { name: 'In force', cell: ({ active }) => share(active), by: ({ active }) => active },
    { name: 'Shadow', cell: ({ candidate }) => share(candidate), by: ({ candidate }) => candidate },
  ];
  return <Table label="Who gets the queries" columns={columns} rows={results.models} keyOf={({ model }) => model} />;
}

/** What a shadow came to. */
export function ShadowView({ results }: { results: Results }) {
  const { compared, agreed, dropped, failed, judged } = results;
  const { wins, losses, ties, advantage, spent_usd: spent } = judged;
  return (
    <div class="stack">
      <div class="figures">
        <Figure
          label="Decisions compared"
          value={count(compared)}
          note={`${count(dropped)} dropped, ${count(failed)} failed`}
        />
        <Figure
          label="Chose the same LLM"
          value={compared === 0 ? '–' : percent(agreed / compared)}
          note={`${count(compared - agreed)} disagreements`}
        />
        <Figure
          label="Judged better, worse, alike"
          value={`${wins} · ${losses} · ${ties}`}
          note={`${usd(spent)} spent`}
        />
        <Figure
          label="Advantage of the shadow"
          value={advantage === null ? '–' : score(advantage.mean)}
          note={
            advantage === null
              ? 'no disagreement was judged'
              : `${score(advantage.low)} to ${score(advantage.high)}, at any time`
          }
          {...(advantage !== null && advantage.low > 0 && { tone: 'good' })}
          {...(advantage !== null && advantage.high < 0 && { tone: 'bad' })}
        />
      </div>
      {compared > 0 && (
        <div class="grid">
          <div class="span-7">
            <h3>What is expected of the choices</h3>
            <Expected results={results} />
          </div>
          <div class="span-5">
            <h3>Who gets the queries</h3>
            <Shares results={results} />
          </div>
        </div>
      )}
    </div>
  );
}
