import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openArtifactFolder } from '../../../src/artifact/files/folder.js';
import { createLogger } from '../../../src/base/log.js';
import { dataPaths } from '../../../src/base/paths.js';
import type { Rng } from '../../../src/base/rng.js';
import { createDecider } from '../../../src/decision/decider.js';
import { openEncoder } from '../../../src/encoder/index.js';
import { createFeedbackService } from '../../../src/feedback/service.js';
import { openLiveScorer } from '../../../src/live/scorer.js';
import { openLiveState } from '../../../src/live/state.js';
import { constraintsOf } from '../../../src/policy/constraints.js';
import { chancesOf } from '../../../src/policy/explore.js';
import { rank } from '../../../src/policy/rank.js';
import type { Exploration } from '../../../src/schema/exploration.js';
import type { LlmProfile } from '../../../src/schema/profile.js';
import type { RankedLlm, RouteResponse } from '../../../src/schema/route.js';
import { groupsOf } from '../../../src/scoring/groups.js';
import { openLedger } from '../../../src/store/open.js';

/** Milliseconds between two queries, and queries after which what is live follows the ledger. */
const EVERY_MS = 1_000;
const FOLLOWED = 10;

/** With which chance each LLM gets a query. */
export type Chances = ReadonlyMap<string, number>;

/** A service in this process, whose users score the answer of the LLM that they were sent to. */
export interface Stream {
  /** Answers with which chances the query went where it went. */
  ask(query: string, scoreOf: (model: string) => number): Promise<Chances>;
  /** With which chances a query would go where, now. */
  chances(query: string): Chances;
  declare(profile: LlmProfile): Promise<void>;
  close(): Promise<void>;
}

/** @param data a trained version and its ledger; they are copied */
export async function openStream(data: string, exploration: Exploration, rng: Rng): Promise<Stream> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  cpSync(data, folder, { recursive: true });
  let now = Date.now();
  const clock = (): number => now;
  const log = createLogger('error');
  const paths = dataPaths(folder);
  const ledger = await openLedger(paths.ledger, { clock });
  const encoder = await openEncoder('static');
  const scorer = await openLiveScorer({ ledger, artifacts: openArtifactFolder(paths.artifacts), encoder, log });
  const live = await openLiveState({ ledger, scorer, clock, log });
  const decider = createDecider({ live, ledger, clock, rng, log, encoder });
  const feedback = createFeedbackService({ ledger, live, decider, clock, log, encoder });
  const settings = await ledger.settings.get('drift');
  await ledger.settings.put('drift', { ...settings, retrain: false });
  await live.corrections.catchUp();
  const rules = { exploration };
  let waiting: { decision_id: string; score: number }[] = [];

  const shared = (ranking: readonly RankedLlm[]): Chances => {
    const chances = chancesOf(ranking, rules, { isLearned: true });
    return new Map(ranking.map(({ model }, i) => [model, chances?.[i] ?? Number(i === 0)]));
  };

  async function follow(): Promise<void> {
    await feedback.post(waiting);
    waiting = [];
    await feedback.drain();
    await live.scorer.refresh(new Set(['feedback']));
    await live.corrections.catchUp();
  }

  return {
    async ask(query, scoreOf) {
      now += EVERY_MS;
      const made = (await decider.decide({ query, exploration })) as RouteResponse;
      waiting.push({ decision_id: made.decision_id, score: scoreOf(made.model) });
      const chances = shared(made.ranking);
      if (waiting.length === FOLLOWED) await follow();
      return chances;
    },
    chances(query) {
      const serving = live.scorer.current();
      const vector = serving.encode(query) as Float32Array;
      const expected = serving.score(query, vector);
      const scored = live.corrections.adjust(expected, serving, () => groupsOf(serving, vector).shares);
      const { ranking } = rank({
        scored,
        profiles: serving.profiles,
        rules,
        constraints: constraintsOf(rules),
        promptTokens: 0,
      });
      return shared(ranking);
    },
    async declare(profile) {
      await ledger.catalog.put(profile);
      await live.follower.catchUp(['catalog']);
    },
    async close() {
      await decider.flush();
      await live.providers.close();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}
