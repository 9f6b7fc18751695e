import type { z } from 'zod';
import { codeIn } from '../../scripts/openapi/errors.js';
import { createHistory } from '../../src/catalog/history.js';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { StoredMap } from '../../src/artifact/map.js';
import { createArtifactStore } from '../../src/serving/store.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { PointsmanError } from '../../src/base/errors.js';
import { dataPaths } from '../../src/base/paths.js';
import type { Redact } from '../../src/base/redact.js';
import { createRng } from '../../src/base/rng.js';
import { createDecider, type Decider } from '../../src/decision/decider.js';
import { createHashingEncoder } from '../../src/encoder/hashing.js';
import { openDriftFollower } from '../../src/alerts/follow.js';
import { createFeedbackService, type FeedbackService } from '../../src/feedback/service.js';
import { openLiveState, type LiveState } from '../../src/live/state.js';
import { createApp, startServer, type AppOptions, type AppParts, type RunningServer } from '../../src/http/index.js';
import type { OpenAiError } from '../../src/protocol/errors.js';
import type { Problem } from '../../src/http/kit/problem.js';
import { createKeyService } from '../../src/keys/service.js';
import { KeyRequest, type KeyMade } from '../../src/schema/key.js';
import { parse } from '../../src/schema/parse.js';
import type { Ledger } from '../../src/store/open.js';
import { openRetrainSchedule } from '../../src/queue/reconcile.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import type { Version } from '../../src/schema/ids.js';
import { openLiveScorer, type LiveScorer } from '../../src/live/scorer.js';
import { addLlms, keptLog, temporaryLedger } from '../decision/parts.js';
import { documented, holdAnswers, type HeldAnswers } from '../support/answers.js';
import { blankModel } from '../support/model.js';
import { tapped } from '../support/tap.js';

/** Receivers of tests are on this machine. */
export const PRIVATE_WEBHOOKS = { allowPrivate: true, keys: [] };

export const LLMS = ['a/small', 'a/middle', 'b/large'];

/** Codes of who may not, or does not come from where they may, which every operation may answer. */
export const ACCESS_CODES = ['unauthorized', 'forbidden', 'rate_limited', 'host_not_allowed', 'cross_site'] as const;

export interface Service extends RunningServer {
  clock: Clock;
  ledger: Ledger;
  decider: Decider;
  live: LiveState;
  feedback: FeedbackService;
  folder: string;
  logLines: string[];
  /** Every answer that the service gave, held against `openapi.json`. */
  answers: HeldAnswers;
  /** Stops the server and removes the folder. Throws where an answer was not as documented. */
  remove(): Promise<void>;
}

function unavailable(): Promise<never> {
  return Promise.reject(new PointsmanError('queue_unavailable', 'The queue was not opened for this test'));
}

/** A queue that can't be reached. */
export const noQueue: RetrainQueue = {
  store: 'none',
  enqueue: unavailable,
  get: unavailable,
  list: unavailable,
  watch: unavailable,
  setSchedule: unavailable,
  schedule: unavailable,
  nextRun: unavailable,
  work: unavailable,
  close: async () => {},
};

const FACTS = {
  snapshot: 'a'.repeat(64),
  design: 'flat' as const,
  seed: 1,
  backend: 'cpu',
  ledger_rows: 0,
  weigh: 'queries' as const,
  continues: null,
  reference: null,
  status: 'accepted' as const,
  comparison: [],
};

/** Writes a version of the best single LLM that this service can serve, and puts it in force. */
export async function serveBaseline(
  { folder, ledger, live }: Pick<Service, 'folder' | 'ledger' | 'live'>,
  version: Version,
  map?: StoredMap,
): Promise<void> {
  const empty = { families: [], tasks: ['*'], domains: [], kinds: [], benchmarks: [], anchors: [] };
  const names = { ...empty, router: 'best-single', encoder: createHashingEncoder().id, hops: 0, llms: [...LLMS] };
  const model = { names, tables: { mean: { shape: [3], data: Float32Array.of(0.2, 0.4, 0.6) } } };
  const facts = { ...FACTS, version, created_at: new Date().toISOString(), metrics: {}, serve: version };
  const files = openArtifactFolder(dataPaths(folder).artifacts);
  const written = await writeArtifact(files, model, facts, map === undefined ? {} : { map });
  await ledger.artifacts.register([{ ...facts, router: names.router, files: written.files, active: true }]);
  await live.follower.catchUp(['artifacts']);
}

/** Writes and registers a whole artifact, of another encoder's, that has a tensor of `values` besides. */
export async function addArtifact(
  { folder, ledger }: Pick<Service, 'folder' | 'ledger'>,
  version: string,
  values: number[],
): Promise<void> {
  const model = blankModel();
  model.tables['some/tensor'] = { data: Float32Array.from(values), shape: [values.length] };
  const facts = {
    ...FACTS,
    version: version as Version,
    created_at: new Date().toISOString(),
    metrics: { accuracy: 0.5 },
    serve: version as Version,
  };
  const { files } = await writeArtifact(openArtifactFolder(dataPaths(folder).artifacts), model, facts);
  await ledger.artifacts.register([{ ...facts, router: model.names.router, files, active: false }]);
}

export interface ServiceOptions {
  llms?: readonly string[];
  app?: AppOptions;
  graceMs?: number;
  busyLimitMs?: number;
  queue?: (folder: string) => Promise<RetrainQueue>;
  clock?: Clock;
  judge?: AppParts['judge'];
  /** What texts go through before they are stored. */
  redact?: Redact;
  /** Lets a test stand between the API and its real ledger. */
  around?: (ledger: Ledger) => Ledger;
  /** Lets a test stand between the API and what it scores by. */
  aroundScorer?: (scorer: LiveScorer) => LiveScorer;
}

/** The API over a real ledger, on a free port. */
export async function startService({
  llms = LLMS,
  app: options = {},
  graceMs,
  busyLimitMs,
  clock = systemClock,
  queue: openQueue,
  judge,
  redact,
  around = (ledger) => ledger,
  aroundScorer = (scorer) => scorer,
}: ServiceOptions = {}): Promise<Service> {
  const { ledger: real, folder, remove } = await temporaryLedger();
  await addLlms(real, llms);
  const ledger = around(real);
  const { log, lines } = keptLog();
  const artifacts = openArtifactFolder(dataPaths(folder).artifacts);
  // It follows nothing by itself here: what the API changes, the API has to bring into force.
  const encoder = createHashingEncoder();
  const scorer = aroundScorer(await openLiveScorer({ ledger: real, artifacts, encoder, log }));
  const live = await openLiveState({ ledger, scorer, clock, log });
  const decider = createDecider({ live, ledger, clock, rng: createRng(1), log, encoder, redact });
  const feedback = createFeedbackService({ ledger, live, decider, clock, log, encoder, redact, busyLimitMs });
  const queue = openQueue === undefined ? noQueue : await openQueue(folder);
  const parts = {
    ledger,
    queue,
    schedule: openRetrainSchedule({ ledger, queue, clock, log }),
    live,
    feedback,
    decider,
    artifacts: createArtifactStore({ files: artifacts, ledger: real, onActivated: async () => {} }),
    history: createHistory(real.artifacts, artifacts),
    clock,
    judge,
  };
  const app = createApp({ ...parts, log, options });
  const answers = holdAnswers(documented(parts).check);
  const stop = openDriftFollower({
    ledger,
    queue,
    webhooks: PRIVATE_WEBHOOKS,
    clock: systemClock,
    log,
    firstPauseMs: 20,
  }).follow(50);
  const checked = { ...app, handle: tapped(app.handle, answers.hold) };
  const server = await startServer(checked, {
    host: '127.0.0.1',
    port: 0,
    ...(graceMs === undefined ? {} : { graceMs }),
  });
  return {
    ...server,
    clock,
    ledger: real,
    decider,
    live,
    feedback,
    folder,
    logLines: lines,
    answers,
    async remove() {
      await server.close();
      await live.providers.close();
      stop();
      await queue.close();
      await remove();
      answers.settle();
    },
  };
}

/** Makes a key, which the service knows at once. */
export async function makeKey(
  { ledger, live, clock }: Pick<Service, 'ledger' | 'live' | 'clock'>,
  request: Partial<z.input<typeof KeyRequest>>,
): Promise<KeyMade> {
  const made = await createKeyService({ ledger, clock }).create(
    parse(KeyRequest, { name: 'test', scopes: ['route'], ...request }),
  );
  await live.follower.catchUp(['keys']);
  return made;
}

/** Interactions and preferences in a ledger. */
export async function rowsIn(ledger: Ledger): Promise<number> {
  const { interactions, preferences } = await ledger.feedback.counts();
  return interactions + preferences;
}

export function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The problem document of an answer, after looking at its status and type. */
export async function problemIn(response: Response): Promise<Problem> {
  const problem = (await response.json()) as Problem;
  if (response.headers.get('content-type') !== 'application/problem+json')
    throw new Error(`expected a problem document, got ${JSON.stringify(problem)}`);
  if (problem.status !== response.status)
    throw new Error(`the document's status ${problem.status} is not the answer's ${response.status}`);
  return problem;
}

/** Code and message of an error in whichever form, after looking at its status and type. */
export async function errorIn(response: Response): Promise<{ code: string | undefined; message: string }> {
  if (response.headers.get('content-type') === 'application/problem+json') {
    const { code, detail: message } = await problemIn(response);
    return { code, message };
  }
  const body = (await response.json()) as Partial<OpenAiError>;
  if (response.headers.get('content-type') !== 'application/json' || body.error === undefined || response.ok)
    throw new Error(`expected an error, got ${response.status} ${JSON.stringify(body)}`);
  return { code: codeIn(body), message: body.error.message };
}

/** Calls the API; the body of the answer is its JSON, null where it has none. */
export async function ask(
  { url }: Pick<Service, 'url'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
}
