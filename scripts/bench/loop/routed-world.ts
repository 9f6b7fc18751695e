import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArtifactFolder } from '../../../src/artifact/files/folder.js';
import { systemClock } from '../../../src/base/clock.js';
import { createLogger } from '../../../src/base/log.js';
import { dataPaths } from '../../../src/base/paths.js';
import type { Rng } from '../../../src/base/rng.js';
import { createDecider } from '../../../src/decision/decider.js';
import { openEncoder } from '../../../src/encoder/index.js';
import { createFeedbackService } from '../../../src/feedback/service.js';
import { openLiveScorer } from '../../../src/live/scorer.js';
import { openLiveState } from '../../../src/live/state.js';
import { SUBJECTS } from '../../../src/store/ports/changes.js';
import { openLedger } from '../../../src/store/open.js';
import { trainAndActivate } from '../../../src/training/trainer.js';
import { answerOf, LOOP_LLMS } from './llms.js';
import { verdictOn, type Reaction } from './users.js';
import type { Answered, Asking, World } from './world.js';

/** What a reaction says of an answer, and how far it counts. */
const SIGNALS: Readonly<Record<Reaction | 'judge', { value: number; weight: number }>> = {
  rephrased: { value: 0.2, weight: 0.3 },
  regenerated: { value: 0.1, weight: 0.5 },
  continued: { value: 0.7, weight: 0.05 },
  quiet: { value: 0.8, weight: 0.1 },
  judge: { value: NaN, weight: 0.5 },
};

export interface RoutedWorldOptions {
  rng: Rng;
  /** Share of the answers that are judged. */
  judged: number;
  /** Which signals are posted: the strong ones, or each as often as it counts beside the strongest. */
  signals: 'strong' | 'thinned' | 'all';
  exploration(calls: number): number;
  logLevel: string;
}

/** The service's own parts, asked for decisions alone: what the caller observes is posted as feedback. */
export async function openRoutedWorld(options: RoutedWorldOptions): Promise<World> {
  const { rng, judged, signals, exploration } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-loop-'));
  const paths = dataPaths(folder);
  const log = createLogger(options.logLevel);
  const clock = systemClock;
  const ledger = await openLedger(paths.ledger, { clock });
  for (const { profile } of LOOP_LLMS) await ledger.catalog.put(profile);
  const encoder = await openEncoder('static');
  const artifacts = openArtifactFolder(paths.artifacts);
  const scorer = await openLiveScorer({ ledger, artifacts, encoder, log });
  const live = await openLiveState({ ledger, scorer, clock, log });
  const decider = createDecider({ live, ledger, clock, rng: rng.fork('decider'), log, encoder });
  const feedback = createFeedbackService({ ledger, live, decider, clock, log });
  const answering = rng.fork('answers');
  const judging = rng.fork('judge');
  const chance = rng.fork('chance');
  let calls = 0;
  /** Posted since what is live last followed the ledger. */
  let unread = 0;

  const posts = (weight: number): boolean => {
    if (signals === 'all') return true;
    return signals === 'strong' ? weight >= 0.3 : chance.next() < weight / 0.5;
  };
  const post = async (decision: string, signal: Reaction | 'judge', value: number): Promise<void> => {
    if (!posts(SIGNALS[signal].weight)) return;
    await feedback.post({ decision_id: decision, signal, value, source: signal === 'judge' ? 'judge' : 'user' });
  };

  return {
    async ask({ query, text }: Asking): Promise<Answered> {
      const { decision_id: decision, model } = await decider.decide({
        query: text,
        policy: 'quality',
        exploration: exploration(calls++),
        top: 1,
      });
      const { score, cost_usd, latency_ms, prompt_tokens, completion_tokens, error } = answerOf(
        answering,
        model,
        query,
      );
      await feedback.post({
        decision_id: decision,
        cost_usd,
        latency_ms,
        prompt_tokens,
        completion_tokens,
        ...(error === undefined ? {} : { error }),
      });
      const quality = score!;
      if (judging.next() < judged) await post(decision, 'judge', verdictOn(judging, model, quality));
      if (++unread >= 20) {
        unread = 0;
        await live.follower.catchUp([...SUBJECTS]);
      }
      return { decision, model, quality };
    },
    react: ({ decision }, reaction) => post(decision, reaction, SIGNALS[reaction].value),
    async train() {
      await feedback.drain();
      await decider.flush();
      const began = performance.now();
      const { reason, version, in_force, metrics } = await trainAndActivate(
        { ledger, dataDir: folder, encoder: 'static', log, onActivated: () => live.follower.catchUp(['artifacts']) },
        {},
        () => undefined,
      );
      await live.follower.catchUp([...SUBJECTS]);
      await live.corrections.catchUp();
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const { router } = live.scorer.current();
      return `${router}${in_force === version ? '' : ' (stays)'}, ${seconds} s, ${reason} ${JSON.stringify(metrics)}`;
    },
    async close() {
      await feedback.drain();
      await decider.flush();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}
