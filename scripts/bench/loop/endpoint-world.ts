import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../../../src/base/rng.js';
import type { PolicyBody } from '../../../src/schema/policy.js';
import { JudgeSettings } from '../../../src/schema/judge.js';
import { LlmProfile } from '../../../src/schema/profile.js';
import { Provider } from '../../../src/schema/provider.js';
import type { SignalSettings } from '../../../src/schema/signals.js';
import { writeQuery } from '../../../src/simulator/simulator.js';
import { TASKS } from '../../../src/simulator/tasks.js';
import type { SimulatedQuery } from '../../../src/simulator/types.js';
import type { Ledger } from '../../../src/store/open.js';
import { startProvider } from '../../provider/server.js';
import { verdictOn } from './judge.js';
import { count, emptyBlock, shareOfGain } from './blocks.js';
import { answerOf, LOOP_LLMS, meanQualities } from './llms.js';
import { openLoopService } from './service.js';
import type { Answered, World } from './world.js';

const JUDGE = 'loop/judge';
/** Simulated time between an answer and what is done on it, and between conversations, in milliseconds. */
const REACTS_MS = 8_000;
const BETWEEN_MS = 2_000;
/** A night, after which no conversation goes on, and how often the service looks for those that are over. */
const NIGHT_MS = 8 * 3_600_000;
const SWEPT_MS = 11_000;
/** Queries that what serves is tested on after a night. */
const TESTED = 2_000;
/** The simulation begins so long ago, so that its end is not ahead of the clock. */
const BEGINS_MS = 12 * 86_400_000;

export interface EndpointWorldOptions {
  rng: Rng;
  /** How `auto` routes. */
  policy: PolicyBody;
  signals: SignalSettings;
  /** Share of answers that is judged, and how much more of those that are uncertain. */
  judged: { share: number; uncertain: number };
  logLevel: string;
}

/** An answer names itself, so that whoever reads it knows how good it is. */
const textOf = (number: number): string => `This is answer ${number}, as well as it could be given.`;
const numberIn = (text: string): number | undefined => {
  const number = /This is answer (\d+),/.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
};

/**
 * The model endpoint, asked by HTTP with `model: "auto"`, before a provider that answers as well as its LLMs do. Nobody
 * writes feedback: what users do is seen by their conversations, and a judge grades some answers.
 */
export async function openEndpointWorld(options: EndpointWorldOptions): Promise<World> {
  const { rng, policy, signals, judged } = options;
  const [single] = meanQualities(rng.fork('means'))[0]!;
  const tested = Array.from({ length: TESTED }, (_, i) => writeQuery(rng.fork(`tested ${i}`), i % TASKS.length));
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-loop-'));
  const began = Date.now() - BEGINS_MS;
  let now = began;
  const answering = rng.fork('answers');
  const judging = rng.fork('judge');
  const answers: { model: string; quality: number }[] = [];
  let asked: SimulatedQuery | undefined;
  let session = '';

  const provider = await startProvider({
    models: Object.fromEntries([JUDGE, ...LOOP_LLMS.map(({ profile }) => profile.id)].map((id) => [id, {}])),
    keep: 0,
    clock: () => now,
    answer(model, query) {
      if (model !== JUDGE) {
        answers.push({ model, quality: answerOf(answering, model, asked!).score! });
        return textOf(answers.length - 1);
      }
      // The answer that is to be graded stands last, after the conversation.
      const { model: of, quality } = answers[numberIn(query.slice(query.lastIndexOf('This is answer ')))!]!;
      return JSON.stringify({ reason: 'so it seems', grade: Math.round(100 * verdictOn(judging, of, quality)) / 10 });
    },
  });

  async function prepare(ledger: Ledger): Promise<void> {
    await ledger.providers.put(Provider.parse({ name: 'local', base_url: provider.baseUrl, protocol: 'openai' }));
    const profiles = [...LOOP_LLMS.map(({ profile }) => profile), { id: JUDGE, input_price: 0.1, output_price: 0.4 }];
    for (const profile of profiles)
      await ledger.catalog.put(
        LlmProfile.parse({ ...profile, deployments: [{ provider: 'local', model: profile.id }] }),
      );
    await ledger.policies.put('quality', { ...policy, exclude: [JUDGE as LlmProfile['id']] });
    await ledger.settings.put('signals', signals);
    await ledger.settings.put(
      'judge',
      JudgeSettings.parse({
        enabled: true,
        model: JUDGE,
        share: judged.share,
        uncertain_share: judged.uncertain,
        budget_usd_per_day: 1_000,
      }),
    );
  }

  const service = await openLoopService(folder, { clock: () => now, rng, logLevel: options.logLevel, prepare });

  return {
    async ask({ query, messages, session: own }): Promise<Answered> {
      now += own === session ? REACTS_MS : BETWEEN_MS;
      [asked, session] = [query, own];
      const response = await fetch(`${service.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-session-id': own },
        body: JSON.stringify({ model: 'auto', messages }),
      });
      const body = (await response.json()) as { choices?: { message: { content: string } }[] };
      const text = body.choices?.[0]?.message.content;
      const answer = text === undefined ? undefined : answers[numberIn(text)!];
      if (answer === undefined) throw new Error(`expected an answer, got ${response.status} ${JSON.stringify(body)}`);
      return { decision: response.headers.get('x-pointsman-decision')!, text: text!, ...answer };
    },
    async react() {
      // The next call shows it, or silence does.
    },
    async night() {
      now += NIGHT_MS;
      await sleep(SWEPT_MS);
      for (let left = 1; left > 0; await sleep(100)) {
        const { waiting, active } = await service.backlog();
        left = waiting + active;
      }
      const { reason } = await service.train();
      const worth = emptyBlock();
      for (const query of tested) count(worth, query, service.best(query.text), single);
      const { router } = service.live.scorer.current();
      return `${router}, whose first choices have ${(100 * shareOfGain(worth)).toFixed(0)}% of the gain: ${reason}`;
    },
    async close() {
      await service.close();
      await provider.close();
      rmSync(folder, { recursive: true });
    },
  };
}
