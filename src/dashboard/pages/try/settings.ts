import type { Schemas } from '../../../client/index.js';

type RouteRequest = Schemas['RouteRequest'];

/** How a query is tried: a policy, and what goes before what it says. */
export interface Settings {
  policy: string;
  relative_cost_weight?: number | undefined;
  relative_latency_weight?: number | undefined;
  min_quality?: number | undefined;
  max_cost_usd?: number | undefined;
  max_latency_ms?: number | undefined;
  /** LLMs that are ticked, and whether only they are candidates, or all others. */
  ticked: readonly string[];
  ticks: 'exclude' | 'models';
}

const BOUNDS = [
  'relative_cost_weight',
  'relative_latency_weight',
  'min_quality',
  'max_cost_usd',
  'max_latency_ms',
] as const satisfies (keyof Settings)[];

export const settingsOf = (policy: string): Settings => ({ policy, ticked: [], ticks: 'exclude' });

/** What is tried. */
export type Asked = { kind: 'query'; query: string } | { kind: 'chat'; messages: readonly Message[] };

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export const isEmpty = (asked: Asked): boolean =>
  asked.kind === 'query' ? asked.query.trim() === '' : asked.messages.every(({ content }) => content.trim() === '');

/** The messages that have something in them. */
export const messagesOf = (asked: Asked): Message[] =>
  asked.kind === 'query'
    ? [{ role: 'user', content: asked.query }]
    : asked.messages.filter(({ content }) => content.trim() !== '');

/** What is asked besides the policy: only what is set. */
export function rulesOf(settings: Settings): Partial<RouteRequest> {
  const { ticked, ticks } = settings;
  const set = Object.fromEntries(
    BOUNDS.flatMap((field) => (settings[field] === undefined ? [] : [[field, settings[field]]])),
  );
  return { ...set, ...(ticked.length > 0 && { [ticks]: [...ticked] }) };
}

/** LLMs that a ranking lists. */
const LISTED = 30;

export function requestOf(asked: Asked, settings: Settings): RouteRequest {
  const what = asked.kind === 'query' ? { query: asked.query } : { messages: messagesOf(asked) };
  return { ...what, policy: settings.policy, ...rulesOf(settings), explain: true, top: LISTED };
}

/** The body of a call that streams. */
export const callOf = (asked: Asked, settings: Settings): object => ({
  model: `auto:${settings.policy}`,
  messages: messagesOf(asked),
  stream: true,
  pointsman: rulesOf(settings),
});

export const EXAMPLES = [
  'What is the capital of Peru?',
  'Write a Python function that merges two sorted lists.',
  'A train leaves at 9:40 and arrives at 13:05. How long does it take?',
  'Summarise in two sentences why the sky is blue.',
  'Translate into French: the meeting is moved to Thursday.',
] as const;
