/**
 * The service in a process of its own: what the HTTP benchmarks drive. It writes to a ledger in a temporary folder, or
 * in the one that is given last, and scores by the version in force in the data folder that it is given, which it only
 * reads; without one, by the prior over nine LLMs. Retraining is not part of it, so the queue is never called.
 *
 *     service.js [DATA [ENCODER [FOLDER]]]; an empty DATA is none
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { systemClock } from '../../src/base/clock.js';
import { createLogger } from '../../src/base/log.js';
import { dataPaths } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { readArtifact } from '../../src/serving/read.js';
import { createDecider } from '../../src/decision/decider.js';
import { openEncoder } from '../../src/encoder/index.js';
import { createFeedbackService } from '../../src/feedback/service.js';
import type { Beside, Experiments } from '../../src/live/experiments.js';
import type { LiveScorer } from '../../src/live/scorer.js';
import { openLiveState } from '../../src/live/state.js';
import { createApp, startServer } from '../../src/http/index.js';
import { openLedger } from '../../src/store/open.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import { Shadow } from '../../src/schema/experiment.js';
import type { LlmId } from '../../src/schema/ids.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import { createLearnedScorer } from '../../src/learned/serve/trained.js';
import type { Scorer } from '../../src/scoring/types.js';

/** The version in force in a data folder; undefined where none is. */
async function trainedIn(data: string, encoderSpec: string): Promise<Scorer | undefined> {
  const paths = dataPaths(data);
  const ledger = await openLedger(paths.ledger, { clock: systemClock, readonly: true });
  const version = await ledger.artifacts.activeVersion();
  const [llms, stats] = [await ledger.catalog.list(), await ledger.feedback.stats()];
  await ledger.close();
  if (version === null) return undefined;
  const [{ model }, encoder] = await Promise.all([
    readArtifact(openArtifactFolder(paths.artifacts), version),
    openEncoder(encoderSpec),
  ]);
  if (model.names.encoder !== encoder.id)
    throw new Error(`version ${version} needs the encoder ${model.names.encoder}, got ${encoder.id}`);
  return createLearnedScorer({ version, model, encoder, llms, stats });
}

/** Pause between two looks at the event loop. */
const RESOLUTION_MS = 2;
const [data = '', encoderSpec = 'static', given] = process.argv.slice(2);
const folder = given ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const log = createLogger('warn');
const ledger = await openLedger(dataPaths(folder).ledger, { clock: systemClock });
for (let i = 1; i <= 9; i++)
  await ledger.catalog.put({
    id: `bench/llm-${i}` as LlmId,
    size_b: i * 8,
    input_price: i / 10,
    output_price: i / 2,
    latency_ms: i * 300,
  });
const trained = data === '' ? undefined : await trainedIn(data, encoderSpec);
const scorer = trained ?? createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats());
const liveScorer: LiveScorer = {
  name: 'scorer',
  eager: [],
  lazy: [],
  current: () => scorer,
  refusal: () => null,
  open: async () => scorer,
  refresh: async () => undefined,
};
const live = await openLiveState({ ledger, scorer: liveScorer, clock: systemClock, log });

/** What decides beside, as it is asked for by name: `none`, `policy` or `version`, another scorer as large. */
let shadows: readonly Beside[] = [];
const experiments: Experiments = { assign: () => null, shadows: () => shadows };
let other: Scorer | undefined;
async function besideBy(what: string): Promise<void> {
  if (what === 'version')
    other ??=
      trained === undefined
        ? createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats())
        : await trainedIn(data, encoderSpec);
  const candidate = what === 'policy' ? { policy: 'cost' } : { version: 'other' };
  const shadow = Shadow.parse({ kind: 'shadow', candidate });
  if (what !== 'none') await ledger.experiments.put('bench', shadow);
  shadows = what === 'none' ? [] : [{ experiment: 'bench', shadow, scorer: what === 'version' ? other! : null }];
}
/** How many decisions shadows came to, and how many they did not. */
async function besides(): Promise<{ compared: number; dropped: number }> {
  await decider.shadows.drain();
  await decider.flush();
  const { compared, dropped } = (await ledger.shadows.totals('bench')).sums;
  return { compared, dropped };
}
const decider = createDecider({ live: { ...live, experiments }, ledger, clock: systemClock, rng: createRng(1), log });
const feedback = createFeedbackService({ ledger, live, decider, clock: systemClock, log });
const absent = (): never => {
  throw new Error('not part of this benchmark');
};
const queue: RetrainQueue = {
  store: 'none',
  enqueue: absent,
  get: absent,
  list: absent,
  watch: absent,
  setSchedule: absent,
  schedule: absent,
  nextRun: absent,
  work: absent,
  close: async () => {},
};
const app = createApp({
  ledger,
  queue,
  schedule: { read: absent, put: absent, remove: absent, follow: absent },
  live,
  feedback,
  decider,
  artifacts: { open: absent, activate: absent },
  history: { of: absent, textsIn: absent, quotedIn: absent, mapIn: absent },
  clock: systemClock,
  log,
});
const server = await startServer(app, { host: '127.0.0.1', port: 0 });
process.send?.({ url: server.url, index: `${scorer.models.length} LLMs, ${scorer.version ?? 'prior'}` });

/** Longest that the event loop waited since it was last asked for, in milliseconds; watched from the first time on. */
let delays: IntervalHistogram | undefined;
function longestDelay(): number {
  delays ??= monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const longest = delays.max / 1e6;
  delays.enable();
  delays.reset();
  return Math.max(0, longest - RESOLUTION_MS);
}

/** Answers what it is asked by message. */
async function answer(asked: unknown): Promise<unknown> {
  if (asked === 'delay') return longestDelay();
  if (asked === 'memory') return process.memoryUsage().rss;
  if (asked === 'besides') return besides();
  if (typeof asked !== 'object' || asked === null) return process.cpuUsage();
  await besideBy((asked as { beside: string }).beside);
  return true;
}
process.on('message', (asked) => void answer(asked).then((said) => process.send?.(said as object)));
process.once('disconnect', () => {
  void server.close().then(() => {
    void ledger.close();
    if (given === undefined) rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
});
