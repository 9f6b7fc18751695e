import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { messageOf } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/paths.js';
import { LLMS } from '../service/small-log.js';
import { callOnce, type Answered } from './answered.js';
import { call } from './api.js';
import type { Found, Phase, World } from './phase.js';
import type { CallRows } from './rows.js';

/** Clients that call at the same time. */
const CLIENTS = 12;
/** How long before the kill a call was answered at the latest for it to be in the ledger for sure, in milliseconds. */
const LATE_MS = 250;
/** LLMs of the provider: a quick one, one that fails, so that another answers, and a slow one. */
const PLACES = ['quick:delayMs=5,words=10', 'failing', 'slow:delayMs=60,words=30,chunkMs=1'];
const FAULTS = ['failing=unavailable'];

let provider: Promise<string> | undefined;

/** Starts the provider that all rounds call: a process of its own, which ends with this one. Answers its address. */
async function startProvider(): Promise<string> {
  const args = [
    '--port=0',
    ...PLACES.flatMap((place) => ['--model', place]),
    ...FAULTS.flatMap((fault) => ['--fault', fault]),
  ];
  const child: ChildProcess = fork(join(packageRoot, 'dist/scripts/provider/run.js'), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return url;
}

/** Declares where each LLM of the small log is called. */
async function deploy(url: string, providerUrl: string): Promise<void> {
  await call(url, 'PUT', '/v1/providers/local', { base_url: `${providerUrl}/v1` });
  for (const [i, llm] of Object.keys(LLMS).entries())
    await call(url, 'PUT', `/v1/models/${encodeURIComponent(llm)}`, {
      input_price: 1 + i,
      output_price: 4,
      deployments: [{ provider: 'local', model: PLACES[i]!.split(':')[0] }],
    });
}

/** What is missing of a call. */
const lackOf = ({ decision, model }: Answered, { calls, interactions, decisions }: CallRows): string[] => [
  ...(calls.get(decision) === model ? [] : ['call']),
  ...(interactions.has(`${decision} ${model}`) ? [] : ['interaction']),
  ...(decisions.has(decision) ? [] : ['decision']),
];

/** Compares what is kept with what was answered: the earliest of what is missing is told. */
function compare(answered: readonly Answered[], killedAt: number, rows: CallRows): Found {
  const lost = answered
    .filter(({ at }) => killedAt - at > LATE_MS)
    .flatMap((one) => {
      const lacks = lackOf(one, rows);
      return lacks.length === 0 ? [] : [{ ...one, lacks }];
    });
  const first = lost.toSorted((a, b) => a.at - b.at)[0];
  const faults: string[] = [];
  if (first !== undefined) {
    const before = Math.round(killedAt - first.at);
    faults.push(`${first.decision}, answered ${before} ms before, has no ${first.lacks.join(', ')}`);
  }
  const doubled = [...rows.interactions.values()].filter((count) => count > 1).length;
  return { acknowledged: answered.length, lost: lost.length, doubled, faults };
}

/** Calls of the endpoint, streams among them, by several clients without pause. */
export const callPhase: Phase = {
  name: 'calls',
  share: 3,
  async begin({ url, rows, rng, round }: World) {
    await deploy(url(), await (provider ??= startProvider()));
    const answered: Answered[] = [];
    const refused: string[] = [];
    const stop = new AbortController();
    let number = 0;
    let killedAt = Infinity;
    const client = async (): Promise<void> => {
      while (!stop.signal.aborted)
        try {
          const one = await callOnce(url(), `calls ${round}.${number++}`, rng);
          if (typeof one === 'string') refused.push(one);
          else answered.push(one);
        } catch (error) {
          // That there is no answer is what the kill is for.
          if (!(error instanceof TypeError)) refused.push(messageOf(error));
          return;
        }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    return {
      within: [50, 3_000],
      killsService: true,
      async end(at) {
        killedAt = at;
        stop.abort();
        await clients;
      },
      async settle() {
        const found = compare(answered, killedAt, rows.ofCalls());
        found.faults.push(...refused);
        return found;
      },
    };
  },
};
