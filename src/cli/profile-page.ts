import { stringify } from 'yaml';
import type { KnownProfile, LearnedProfile, ScoreEstimate } from '../schema/known-profile.js';
import type { NearLlm } from '../schema/route.js';
import { table } from './output.js';

/** Groups that a page shows of many, and characters of a query. */
const SHOWN = 12;
const QUERY_CHARACTERS = 90;
const BAR = 20;

const score = (x: number): string => x.toFixed(3);
const interval = ({ low, high }: ScoreEstimate): string => `${score(low)}–${score(high)}`;
const bar = (x: number): string => '█'.repeat(Math.round(x * BAR)).padEnd(BAR, '·');
const unknown = '–';
const milliseconds = (ms: number | null): string => (ms === null ? unknown : `${Math.round(ms)} ms`);
const oneLine = (text: string): string => {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length > QUERY_CHARACTERS ? `${flat.slice(0, QUERY_CHARACTERS - 1)}…` : flat;
};

/** A part of a page; nothing where it has nothing to say. */
const part = (title: string, body: string): string => (body === '' ? '' : `\n${title}\n${body}\n`);

function estimates(rows: readonly (ScoreEstimate & { name: string })[]): string {
  if (rows.length === 0) return '';
  const shown = rows.length <= SHOWN ? rows : [...rows.slice(0, SHOWN / 2), ...rows.slice(-SHOWN / 2)];
  const left = rows.length - shown.length;
  return (
    table(
      ['', 'score', '', '4 in 5', 'answers'],
      shown.map((one) => [one.name, score(one.score), bar(one.score), interval(one), one.answers]),
    ) + (left > 0 ? `\n(${left} between these)` : '')
  );
}

const queries = (rows: LearnedProfile['wins']): string =>
  rows
    .map(
      ({ query, query_hash: hash, score: own, others }) =>
        `${score(own)} for ${score(others)}  ` +
        (query === null ? `(${hash.slice(0, 12)}, its text is not kept)` : oneLine(query)),
    )
    .join('\n');

/** What two LLMs share, in a few words. */
function sharedInWords({ shared }: NearLlm): string {
  return [
    shared.task_types?.join(', ') ?? '',
    shared.domains === undefined ? '' : `for ${shared.domains.join(', ')}`,
    shared.family === undefined ? '' : `family ${shared.family}`,
    shared.latency_ms === undefined ? '' : shared.latency_ms.map(milliseconds).join(' and '),
    shared.price === undefined ? '' : shared.price.map((price) => `$${price}/M`).join(' and '),
  ]
    .filter((fact) => fact !== '')
    .join('; ');
}

/** What is known of an LLM, to be read in a terminal. */
export function profilePage({ learned, ...declared }: KnownProfile): string {
  const { overall, tasks, domains, kinds, usage, nearest, health, alerts, history, wins, losses } = learned;
  const from = learned.version === null ? 'nothing is trained yet' : `version ${learned.version}, ${learned.router}`;
  const cost = usage.cost_usd === null ? unknown : `$${usage.cost_usd.toPrecision(3)}`;
  return [
    `${declared.id}  (${from})`,
    part('Declared', stringify(declared, { lineWidth: 110 }).trimEnd()),
    part('Expected score', estimates([{ name: 'over all queries', ...overall }])),
    part('By task', estimates(tasks.map(({ task, ...rest }) => ({ name: task, ...rest })))),
    part('By domain', estimates(domains.map(({ domain, ...rest }) => ({ name: domain, ...rest })))),
    part('By kind of query', estimates(kinds.map(({ kind, ...rest }) => ({ name: kind, ...rest })))),
    part('Queries that it wins (its score for that of the others)', queries(wins)),
    part('Queries that it loses', queries(losses)),
    part(
      'An answer takes',
      `${milliseconds(usage.latency_ms)} in the median, ${milliseconds(usage.latency_p90_ms)} in nine of ten cases; ` +
        `${Math.round(usage.completion_tokens)} tokens; ${cost} (${usage.answers} answers logged, ` +
        `${(100 * usage.error_rate).toFixed(1)}% failed)`,
    ),
    part(
      'Nearest LLMs',
      nearest.length === 0
        ? ''
        : table(
            ['', 'nearness', 'shared'],
            nearest.map((near) => [near.model, near.similarity.toFixed(2), sharedInWords(near)]),
          ),
    ),
    part(
      'State',
      [
        `breaker ${health.state}` +
          (health.error === null ? '' : ` (${health.failures} of ${health.calls} calls failed: ${health.error})`),
        ...alerts.map(
          ({ signal, task, before, after, since }) =>
            `${signal} on ${task} got worse since ${since}: ${before.toPrecision(3)} → ${after.toPrecision(3)}`,
        ),
      ].join('\n'),
    ),
    part(
      'Over versions, newest first',
      history.map(({ version, created_at: at, score: was }) => `${version}  ${at}  ${score(was)}`).join('\n'),
    ),
  ]
    .filter((text) => text !== '')
    .join('')
    .trimEnd();
}

/** Two LLMs side by side: what they are expected to score, take and cost, and what they share. */
export function comparisonPage(one: KnownProfile, other: KnownProfile): string {
  const names = [one.id, other.id] as const;
  const pairs = <T extends ScoreEstimate>(
    of: (learned: LearnedProfile) => readonly T[],
    nameOf: (one: T) => string,
  ) => {
    const right = new Map(of(other.learned).map((estimate) => [nameOf(estimate), estimate]));
    return of(one.learned).flatMap((left) => {
      const beside = right.get(nameOf(left));
      return beside === undefined ? [] : [[nameOf(left), left, beside] as const];
    });
  };
  const rows = [
    ['over all queries', one.learned.overall, other.learned.overall] as const,
    ...pairs(
      ({ tasks }) => tasks,
      ({ task }) => task,
    ),
    ...pairs(
      ({ domains }) => domains,
      ({ domain }) => `domain ${domain}`,
    ),
    ...pairs(
      ({ kinds }) => kinds,
      ({ kind }) => `kind ${kind}`,
    ),
  ];
  const scores = table(
    ['expected score', ...names, 'difference', 'sure'],
    rows.map(([name, left, right]) => [
      name,
      score(left.score),
      score(right.score),
      `${left.score >= right.score ? '+' : '−'}${score(Math.abs(left.score - right.score))}`,
      left.low > right.high || right.low > left.high ? 'yes' : '',
    ]),
  );
  const price = (of: KnownProfile): string =>
    of.input_price === undefined || of.output_price === undefined
      ? unknown
      : `$${of.input_price}/M in, $${of.output_price}/M out`;
  const facts = table(
    ['', ...names],
    [
      ['price', price(one), price(other)],
      ['latency, median', milliseconds(one.learned.usage.latency_ms), milliseconds(other.learned.usage.latency_ms)],
      [
        '… nine of ten',
        milliseconds(one.learned.usage.latency_p90_ms),
        milliseconds(other.learned.usage.latency_p90_ms),
      ],
      [
        'tokens of an answer',
        Math.round(one.learned.usage.completion_tokens),
        Math.round(other.learned.usage.completion_tokens),
      ],
      ['family', one.family ?? unknown, other.family ?? unknown],
      ['context', one.context_tokens ?? unknown, other.context_tokens ?? unknown],
      ['breaker', one.learned.health.state, other.learned.health.state],
    ],
  );
  const near = one.learned.nearest.find(({ model }) => model === other.id);
  const shared =
    near === undefined ? '' : `\n\nnearness ${near.similarity.toFixed(2)}; shared: ${sharedInWords(near) || unknown}`;
  return `${scores}\n\n${facts}${shared}`;
}
