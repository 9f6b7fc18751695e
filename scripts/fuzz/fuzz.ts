import { setTimeout as sleep } from 'node:timers/promises';
import { createRng, type Rng } from '../../src/base/rng.js';
import { createAnswerCheck } from '../openapi/answers.js';
import type { LocalProvider } from '../provider/server.js';
import { operationsIn, type NamedOperation, type OpenApiDocument } from '../openapi/document.js';
import { isCall } from './calls.js';
import { eventsFault } from './events.js';
import { keepHouse, prime } from './housekeeping.js';
import { createPools } from './pools.js';
import { createRequests, type FuzzRequest } from './request.js';
import { createSender, type Outcome } from './send.js';
import { createTally, type Tally } from './tally.js';

export interface FuzzOptions {
  url: string;
  document: OpenApiDocument;
  seed: number;
  /** Number of the first request. */
  from: number;
  requests: number;
  /** Whom calls reach. */
  provider: LocalProvider;
  /** Requests at a time. */
  concurrency: number;
  only: string | undefined;
  maxRssMiB: number;
  /** Why the service is gone; undefined while it lives. */
  isDown(): string | undefined;
  residentMiB(): number;
  report(line: string): void;
}

/** Share of requests to an operation, beside one of any other: training takes seconds, and calls are many-sided. */
const SHARES: Readonly<Record<string, number>> = {
  'POST /v1/chat/completions': 6,
  'POST /v1/responses': 6,
  'POST /v1/messages': 6,
  'POST /v1/embeddings': 2,
  'POST /v1/retrain': 0.05,
  'GET /docs': 0.1,
  'GET /openapi.json': 0.1,
};
/** Requests between two looks at the service's memory and catalogue. */
const LOOK_EVERY = 500;
/** How long the provider may be called yet once all are answered, in milliseconds. */
const STILL_CALLED_MS = 5_000;
/** Requests between two lines of progress. */
const PROGRESS_EVERY = 10_000;
/** Samples of memory that are told. */
const SAMPLES = 12;
/** Violations after which it stops. */
const ENOUGH = 50;
const EXCERPT = 400;
/** What becomes of 431 where closing overtakes it, or where HEAD was asked for, which can't be known then. */
const OVERTAKEN = /ECONNRESET|EPIPE|HPE_CLOSED_CONNECTION/;
/** Less than what Node reads by some for what it adds, in characters. */
const LONGEST_HEAD = 15_000;

function chooser(operations: readonly NamedOperation[]): (rng: Rng) => NamedOperation {
  const shares = operations.map(({ name }) => SHARES[name] ?? 1);
  const sum = shares.reduce((all, one) => all + one, 0);
  return (rng) => {
    let at = rng.next() * sum;
    return operations.find((_, i) => (at -= shares[i]!) < 0) ?? operations.at(-1)!;
  };
}

/** Whether a request's head is longer than Node reads: it answers 431 and closes, which may overtake the answer. */
function isLongHead({ target, headers }: FuzzRequest): boolean {
  return target.length + JSON.stringify(headers).length > LONGEST_HEAD;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown({ method, target, headers, body }: FuzzRequest): string {
  const text = body === undefined ? '' : ` ${JSON.stringify(body.toString().slice(0, EXCERPT))}`;
  return `${method} ${target.slice(0, EXCERPT)} ${JSON.stringify(headers).slice(0, EXCERPT)}${text}`;
}

/** Sends the requests of a seed; answers what came of them. */
export async function fuzz(options: FuzzOptions): Promise<{
  tally: Tally;
  sent: number;
  memory: number[];
  stillCalled: number;
}> {
  const { url, document, seed, from, requests, concurrency, only = '', provider, report } = options;
  const operations = operationsIn(document).filter(({ name }) => name.includes(only));
  const { check } = createAnswerCheck(document);
  const pools = createPools();
  const { make } = createRequests(document, pools);
  const sender = createSender(url);
  const tally = createTally(operations.map(({ name }) => name));
  const choose = chooser(operations);
  const memory: number[] = [];
  let [next, stopped] = [from, false];

  function faultOf(asked: FuzzRequest, { answered, failure }: Outcome): string | undefined {
    const { method, target } = asked;
    if (failure !== undefined) return isLongHead(asked) && OVERTAKEN.test(failure) ? undefined : failure;
    if (answered === undefined) return undefined;
    if (answered.status === 500) return 'it failed inside';
    const { fault } = check({ method, target }, answered);
    const isStream = answered.contentType?.startsWith('text/event-stream') === true && isCall(asked);
    return fault ?? (isStream ? eventsFault(answered.body) : undefined);
  }

  function violated(number: number, what: string, asked: FuzzRequest, { answered }: Outcome): void {
    const { status, body = '' } = answered ?? {};
    report(
      `VIOLATION ${what}\n  ${shown(asked)}\n  answered ${status}: ${body.slice(0, EXCERPT)}\n` +
        `  again: node dist/scripts/fuzz/run.js --seed ${seed} --from ${number} --requests 1` +
        (only === '' ? '' : ` --only ${JSON.stringify(only)}`),
    );
    if (tally.violations >= ENOUGH) stopped = true;
  }

  async function step(number: number): Promise<void> {
    const rng = createRng(seed).fork(`request ${number}`);
    const asked = make(choose(rng), rng);
    const outcome = await sender.send(asked);
    const down = options.isDown();
    const fault = down ?? faultOf(asked, outcome);
    if (down !== undefined) stopped = true;
    const { answered } = outcome;
    if (answered !== undefined && answered.status < 300) pools.learn(parsed(answered.body));
    tally.count(asked.name, outcome, fault !== undefined);
    if (fault !== undefined) violated(number, fault, asked, outcome);
  }

  async function look(number: number): Promise<void> {
    const mib = options.residentMiB();
    memory.push(mib);
    if (mib > options.maxRssMiB) {
      report(`VIOLATION the service takes ${mib.toFixed(0)} MiB after ${number - from} requests`);
      stopped = true;
    }
    await keepHouse(url, provider);
    if ((number - from) % PROGRESS_EVERY === 0)
      report(`${number - from} requests, ${tally.violations} violations, ${mib.toFixed(0)} MiB`);
  }

  /** Calls that the provider has after so long, unless they end before. */
  async function callsAfter(ms: number): Promise<number> {
    for (const until = performance.now() + ms; provider.inFlight() > 0 && performance.now() < until;) await sleep(50);
    return provider.inFlight();
  }

  async function worker(): Promise<void> {
    while (!stopped && next < from + requests) {
      const number = next++;
      await step(number);
      if ((number - from) % LOOK_EVERY === 0) await look(number);
    }
  }

  for (const answer of await prime(url, provider)) pools.learn(answer);
  await Promise.all(Array.from({ length: concurrency }, worker));
  sender.close();
  const stillCalled = await callsAfter(STILL_CALLED_MS);
  if (stillCalled > 0) report(`VIOLATION the provider has ${stillCalled} calls yet that nobody waits for`);
  const every = Math.max(1, Math.ceil(memory.length / SAMPLES));
  return { tally, stillCalled, sent: next - from, memory: memory.filter((_, i) => i % every === 0) };
}
