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
import type { GnnOptions } from '../../../src/learned/train/options.js';
import { openLiveScorer } from '../../../src/live/scorer.js';
import { openLiveState } from '../../../src/live/state.js';
import type { RouteRequest } from '../../../src/schema/route.js';
import { readArtifact } from '../../../src/serving/read.js';
import { openScorer } from '../../../src/serving/routers.js';
import { SUBJECTS } from '../../../src/store/ports/changes.js';
import { openLedger } from '../../../src/store/open.js';
import { trainAndActivate } from '../../../src/training/trainer.js';
import { answerOf, LOOP_LLMS } from './llms.js';
import { verdictOn, type Reaction } from './users.js';
import type { Answered, Asking, World } from './world.js';

/** What a reaction says of an answer, and how far it counts. */
export type Meanings = Readonly<Record<Reaction | 'judge', { value: number; weight: number }>>;

export interface RoutedWorldOptions {
  rng: Rng;
  /** Share of the answers that are judged. */
  judged: number;
  meanings: Meanings;
  exploration(calls: number): Pick<RouteRequest, 'exploration' | 'explore'>;
  /** Share of the gain that a router has, by truth. */
  worth(route: (text: string) => string): number;
  corrections: boolean;
  /** How to train, where not as by default. */
  training: Partial<GnnOptions>;
  logLevel: string;
}

/** The service's own parts, asked for decisions alone: what the caller observes is posted as feedback. */
export async function openRoutedWorld(options: RoutedWorldOptions): Promise<World> {
  const { rng, judged, meanings, exploration } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-loop-'));
  const paths = dataPaths(folder);
  const log = createLogger(options.logLevel);
  const clock = systemClock;
  const ledger = await openLedger(paths.ledger, { clock });
  for (const { profile } of LOOP_LLMS) await ledger.catalog.put(profile);
  if (!options.corrections) {
    const drift = await ledger.settings.get('drift');
    await ledger.settings.put('drift', { ...drift, correction: { ...drift.correction, enabled: false } });
  }
  const encoder = await openEncoder('static');
  const artifacts = openArtifactFolder(paths.artifacts);
  const scorer = await openLiveScorer({ ledger, artifacts, encoder, log });
  const live = await openLiveState({ ledger, scorer, clock, log });
  const decider = createDecider({ live, ledger, clock, rng: rng.fork('decider'), log, encoder });
  const feedback = createFeedbackService({ ledger, live, decider, clock, log });
  const answering = rng.fork('answers');
  const judging = rng.fork('judge');
  let calls = 0;
  /** Posted since what is live last followed the ledger. */
  let unread = 0;

  const post = async (decision: string, signal: Reaction | 'judge', given?: number): Promise<void> => {
    const { value = given, weight } = given === undefined ? meanings[signal] : { ...meanings[signal], value: given };
    if (weight === 0) return;
    const source = signal === 'judge' ? 'judge' : 'user';
    await feedback.post({ decision_id: decision, signal, value, weight, source });
  };

  return {
    async ask({ query, text }: Asking): Promise<Answered> {
      const { decision_id: decision, model } = await decider.decide({
        query: text,
        policy: 'quality',
        ...exploration(calls++),
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
    react: ({ decision }, reaction) => post(decision, reaction),
    async train() {
      await feedback.drain();
      await decider.flush();
      const began = performance.now();
      const { reason, version, in_force, metrics } = await trainAndActivate(
        {
          ledger,
          dataDir: folder,
          encoder: 'static',
          log,
          onActivated: () => live.follower.catchUp(['artifacts']),
          options: options.training,
        },
        {},
        () => undefined,
      );
      await live.follower.catchUp([...SUBJECTS]);
      await live.corrections.catchUp();
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      const { router } = live.scorer.current();
      const { model } = await readArtifact(artifacts, version);
      const trained = await openScorer({ version, model, encoder, llms: await ledger.catalog.list(), stats: [] });
      const worth = options.worth(
        (text) =>
          trained.score(text, encoder.encodeSync!(text)).reduce((a, b) => (b.quality > a.quality ? b : a)).model,
      );
      return `${router}${in_force === version ? '' : ' (stays)'}, ${seconds} s, learned truly ${(100 * worth).toFixed(1)}%, ${reason} ${JSON.stringify(metrics)}`;
    },
    async close() {
      await feedback.drain();
      await decider.flush();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}
