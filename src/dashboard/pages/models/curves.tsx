import type { Schemas } from '../../../client/index.js';
import { Chart } from '../../kit/chart.js';
import { colourOf } from '../../kit/colours.js';
import { compact, count, duration, score, time, usd } from '../../kit/format.js';
import { Card, Figure } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';

type Known = Schemas['KnownProfile'];
type Decision = Schemas['DecisionSummary'];

/** Answers that latencies are shown of. */
const SHOWN = 500;
const MILLION = 1e6;
/** Longest prompt that the cost is drawn for, where no context is declared. */
const LONGEST = 16_000;
const STEPS = 40;
const CHART_HEIGHT = 200;

const seconds = (at: string): number => Date.parse(at) / 1000;

/** What an answer costs by the length of its prompt: what is declared, with an answer of the usual length. */
function CostByLength({ known }: { known: Known }) {
  const { input_price: input, output_price: output, context_tokens: context = LONGEST } = known;
  if (input === undefined || output === undefined)
    return <Empty title="No prices are declared">With them, the cost of a prompt is known before it is sent.</Empty>;
  const longest = Math.min(LONGEST, context);
  const x = Array.from({ length: STEPS + 1 }, (_, i) => (i * longest) / STEPS);
  const written = known.learned.usage.completion_tokens;
  const costs = (tokens: number): number[] => x.map((prompt) => (prompt * input + tokens * output) / MILLION);
  return (
    <Chart
      label={`Cost by the length of the prompt, from ${usd(costs(written)[0])} to ${usd(costs(written).at(-1))}`}
      x={x}
      isTime={false}
      xName="prompt tokens"
      height={CHART_HEIGHT}
      format={usd}
      range={[0, null]}
      series={[
        { name: `usual answer, ${count(written)} tokens`, values: costs(written), colour: colourOf(known.id) },
        { name: 'four times as long', values: costs(4 * written), colour: colourOf(known.id), isDashed: true },
      ]}
    />
  );
}

/** Latency of one answer, as a call or feedback tells it. */
const latencyOf = ({ call, outcomes }: Decision): number | null =>
  call?.total_ms ?? outcomes.find(({ latency_ms: ms }) => ms !== null)?.latency_ms ?? null;

function Latencies({ known }: { known: Known }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/decisions', { params: { query: { model: known.id, limit: SHOWN } }, signal })),
    [known.id],
  );
  return (
    <Loaded query={query} rows={5}>
      {({ decisions }) => {
        const told = decisions
          .flatMap((one) => {
            const latency = latencyOf(one);
            return latency === null ? [] : [{ at: seconds(one.at), latency }];
          })
          .toReversed();
        if (told.length === 0)
          return (
            <Empty title="No latency of a routed query is known yet">
              <code>POST /v1/feedback</code> with <code>decision_id</code> and <code>latency_ms</code> tells it, or a
              call through <code>/v1/chat/completions</code>.
            </Empty>
          );
        const values = told.map(({ latency }) => latency);
        return (
          <Chart
            label={`Latency of the last ${told.length} answers, ${duration(Math.max(...values))} at most`}
            x={told.map(({ at }) => at)}
            height={CHART_HEIGHT}
            format={duration}
            range={[0, null]}
            series={[
              { name: 'latency', values, colour: colourOf(known.id), isPoints: true },
              {
                name: 'usual',
                values: values.map(() => known.learned.usage.latency_ms),
                colour: colourOf(known.id),
                isDashed: true,
              },
            ]}
          />
        );
      }}
    </Loaded>
  );
}

/** What versions expected of the LLM over all queries. */
function History({ known }: { known: Known }) {
  const past = known.learned.history.toReversed();
  if (past.length === 0) return <Empty title="No version knows it yet">The next training will.</Empty>;
  if (past.length === 1)
    return <Figure label="The only version so far" value={score(past[0]!.score)} note={time(past[0]!.created_at)} />;
  return (
    <Chart
      label={`Expected quality by version: ${past.map((one) => score(one.score)).join(', ')}`}
      x={past.map(({ created_at: at }) => seconds(at))}
      height={CHART_HEIGHT}
      format={score}
      range={[0, 1]}
      series={[
        {
          name: 'expected quality',
          values: past.map((one) => one.score),
          colour: colourOf(known.id),
          isPoints: past.length < 3,
        },
      ]}
    />
  );
}

/** What it was routed by day, in expected figures. */
function Traffic({ known, summary }: { known: Known; summary: Schemas['Summary'] }) {
  const own = summary.days.map((day) => day.models.find(({ model }) => model === known.id)?.decisions ?? 0);
  if (own.every((decisions) => decisions === 0)) return <Empty title="No query went to it in the last 30 days" />;
  if (summary.days.length === 1)
    return <Figure label={summary.days[0]!.day} value={count(own[0])} note="decisions, on the only day so far" />;
  return (
    <Chart
      label={`Decisions by day: ${own.join(', ')}`}
      x={summary.days.map(({ day }) => seconds(day))}
      height={CHART_HEIGHT}
      format={compact}
      range={[0, null]}
      series={[{ name: 'decisions', values: own, colour: colourOf(known.id), isStacked: true }]}
    />
  );
}

/** How latency, cost, quality and traffic go. */
export function Curves({ known, summary }: { known: Known; summary: Schemas['Summary'] }) {
  return (
    <>
      <Card title="Latency of its answers" span={6}>
        <Latencies known={known} />
      </Card>
      <Card title="Cost by length of the prompt" span={6} aside="In tokens, at declared prices">
        <CostByLength known={known} />
      </Card>
      <Card title="Expected quality by version" span={6}>
        <History known={known} />
      </Card>
      <Card title="Traffic by day" span={6}>
        <Traffic known={known} summary={summary} />
      </Card>
    </>
  );
}
