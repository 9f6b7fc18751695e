import type { ComponentChildren } from 'preact';
import type { Schemas } from '../../../client/index.js';
import { count, duration, score, usd } from '../../kit/format.js';
import { Badge, Card, Range } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';
import { FOUR_IN_FIVE } from './known.js';

type Known = Schemas['KnownProfile'];

/** One thing, as it is declared and as it was learned. */
interface Fact {
  name: string;
  declared: ComponentChildren;
  learned: ComponentChildren;
}

const NONE = <span class="muted">–</span>;
const orNone = <T,>(value: T | null | undefined, shown: (value: T) => ComponentChildren): ComponentChildren =>
  value === undefined || value === null ? NONE : shown(value);

/** Benchmarks and metrics that are declared of a task, in words. */
function declaredOn({ benchmarks = {}, task_types: types = [] }: Known, task: string): ComponentChildren {
  const benchmark = Object.entries(benchmarks).find(([name]) => name === task)?.[1];
  const metrics = Object.entries(types.find((one) => one.task === task)?.metrics ?? {});
  const all = [
    ...(benchmark === undefined ? [] : [score(benchmark)]),
    ...metrics.map(([name, value]) => `${name} ${value}`),
  ];
  return all.length === 0 ? NONE : all.join(', ');
}

function measured(known: Known): Fact[] {
  const { usage, overall } = known.learned;
  const { input_price: input, output_price: output } = known;
  return [
    {
      name: 'Quality',
      declared: NONE,
      learned: <Range mean={overall.score} low={overall.low} high={overall.high} level={FOUR_IN_FIVE} />,
    },
    {
      name: 'Latency',
      declared: orNone(known.latency_ms, duration),
      learned: orNone(usage.latency_ms, duration),
    },
    {
      name: 'Latency, nine in ten within',
      declared: orNone(known.latency_p90_ms, duration),
      learned: orNone(usage.latency_p90_ms, duration),
    },
    {
      name: 'Cost',
      declared:
        input === undefined && output === undefined ? NONE : `${usd(input)} in, ${usd(output)} out, a million tokens`,
      learned: orNone(usage.cost_usd, (cost) => `${usd(cost)} an answer`),
    },
    { name: 'Length of an answer', declared: NONE, learned: `${count(usage.completion_tokens)} tokens` },
  ];
}

function byTask(known: Known): Fact[] {
  const { tasks } = known.learned;
  const names = [
    ...tasks.map(({ task }) => task),
    ...Object.keys(known.benchmarks ?? {}),
    ...(known.task_types ?? []).map(({ task }) => task as string),
  ];
  return [...new Set(names)].map((name) => {
    const own = tasks.find(({ task }) => task === name);
    return {
      name,
      declared: declaredOn(known, name),
      learned: orNone(own, ({ score: mean, low, high }) => (
        <Range mean={mean} low={low} high={high} level={FOUR_IN_FIVE} />
      )),
    };
  });
}

const COLUMNS: readonly Column<Fact>[] = [
  { name: 'Fact', cell: ({ name }) => name },
  { name: 'Declared', cell: ({ declared }) => declared },
  { name: 'Learned', cell: ({ learned }) => learned },
];

const names = (values: readonly string[] | undefined): ComponentChildren =>
  values === undefined || values.length === 0 ? (
    NONE
  ) : (
    <span class="row tight">
      {values.map((value) => (
        <Badge key={value}>{value}</Badge>
      ))}
    </span>
  );

/** Facts that are declared, and that nothing is learned of. */
function DeclaredOnly({ known }: { known: Known }) {
  const facts: [string, ComponentChildren][] = [
    ['Family', orNone(known.family, String)],
    ['Revision', orNone(known.revision, String)],
    ['Size', orNone(known.size_b, (size) => `${size} billion parameters`)],
    ['Context', orNone(known.context_tokens, (tokens) => `${count(tokens)} tokens`)],
    ['Reads', names(known.modalities)],
    ['Capabilities', names(known.capabilities)],
    ['Languages', names(known.languages)],
    ['Regions', names(known.regions)],
    ['Tags', names(known.tags)],
    [
      'Sources',
      orNone(known.sources, (sources) => sources.map(({ source, date }) => `${source} (${date})`).join(', ')),
    ],
  ];
  const shown = facts.filter(([, value]) => value !== NONE);
  return (
    <>
      {known.description !== undefined && <p>{known.description}</p>}
      {shown.length > 0 && (
        <dl class="facts">
          {shown.map(([name, value]) => (
            <>
              <dt key={name}>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      )}
      {known.learning_config === 'static' && (
        <p>
          <Badge tone="info">static</Badge> What is declared stands, whatever interactions say.
        </p>
      )}
    </>
  );
}

/** What is declared of an LLM, and what was learned of the same. */
export function Facts({ known }: { known: Known }) {
  return (
    <Card title="Declared and learned" span={8} aside="Intervals hold the true mean four times in five">
      <div class="stack">
        <DeclaredOnly known={known} />
        <Table
          label="Declared and learned"
          columns={COLUMNS}
          rows={[...measured(known), ...byTask(known)]}
          keyOf={({ name }) => name}
        />
      </div>
    </Card>
  );
}
