import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DecisionSettings } from '../../../src/schema/decision.js';
import { DriftSettings } from '../../../src/schema/drift.js';
import { ExperimentBody } from '../../../src/schema/experiment.js';
import { BreakerSettings } from '../../../src/schema/health.js';
import { PolicyBody } from '../../../src/schema/policy.js';
import { Provider } from '../../../src/schema/provider.js';
import { changedSince, SUBJECTS, type Subject } from '../../../src/store/ports/changes.js';
import type { Import } from '../../../src/store/ports/imports.js';
import type { Ledger } from '../../../src/store/ports/index.js';
import { callRecord } from '../../support/call.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, preference, profile, START } from '../support.js';
import { artifact } from './artifacts.js';
import type { OpenedLedger, StoreUnderTest } from './store-under-test.js';

/** What is done, and which subjects move with it. */
type Step = [what: string, moved: readonly Subject[], work: (ledger: Ledger) => Promise<unknown>];

const A = profile('a').id;
const VERSION = 'a'.repeat(16);
const HOUR = 3_600_000;

const append = (...records: (ReturnType<typeof interaction> | ReturnType<typeof preference>)[]) => {
  return ({ feedback }: Ledger) => feedback.append([{ records }]);
};

const importing = (work: (writer: Import) => Promise<unknown>) => async (ledger: Ledger) => {
  const writer = await ledger.imports.begin();
  await work(writer);
  await writer.commit();
};

const observed = (length: number, value: number, task = 'math') => {
  const one = { model: 'a', task, signal: 'score' as const, value, predicted: null, version: null, at: START };
  return ({ alerts }: Ledger) => alerts.observe(Array.from({ length }, () => one));
};

const alertId = async ({ alerts }: Ledger): Promise<string> => (await alerts.list(1))[0]!.id;
const calls = (length: number, error?: string) => {
  const call = { model: A, ok: error === undefined, ...(error !== undefined && { error }) };
  return ({ breakers }: Ledger) => breakers.report(Array.from({ length }, () => call));
};
const step = { decision: 'd', position: 0, report: { ok: true }, call: null };
const claim = {
  model: 'a',
  capacity: { requests: 9, tokens: Infinity, inFlight: Infinity },
  unspent: null,
  owed: { requests: 0, tokens: 0 },
  decisions: [],
  needed: { requests: 1, tokens: 1 },
  wanted: { requests: 1, tokens: 1 },
  decision: { id: 'd', expiresAt: START + HOUR },
  force: false,
};

const keyed = ({ feedback }: Ledger) =>
  feedback.append([{ records: [interaction('q', 'a', 1)], key: 'k', requestHash: 'h' }]);

const FEEDBACK: readonly Step[] = [
  ['nothing', [], ({ feedback }) => feedback.append([])],
  ['an empty batch', [], append()],
  ['an interaction of a new LLM', ['feedback', 'catalog'], append(interaction('q', 'a', 1))],
  ['the same again', ['feedback'], append(interaction('q', 'a', 1))],
  ['a preference of a new LLM', ['feedback', 'catalog'], append(preference('q', 'a', 'b'))],
  ['a new task and domain', ['feedback'], append(interaction('r', 'a', 1, { task: 't', domain: 'd' }))],
  ['a key', ['feedback'], keyed],
  ['the key again', [], keyed],
];

const CATALOG: readonly Step[] = [
  ['a new LLM', ['catalog'], ({ catalog }) => catalog.put(profile('c', { family: 'f', benchmarks: { t: 1 } }))],
  ['as it is', [], ({ catalog }) => catalog.put(profile('c', { benchmarks: { t: 1 }, family: 'f' }))],
  ['another fact', ['catalog'], ({ catalog }) => catalog.put(profile('c', { family: 'g', benchmarks: { t: 1 } }))],
  ['a benchmark less', ['catalog'], ({ catalog }) => catalog.put(profile('c', { family: 'g' }))],
  ['another revision', ['catalog'], ({ catalog }) => catalog.put(profile('c', { family: 'g', revision: '2' }))],
  ['deleting it', ['catalog'], ({ catalog }) => catalog.delete('c')],
  ['deleting it again', [], ({ catalog }) => catalog.delete('c')],
  ['deleting nothing', [], ({ catalog }) => catalog.delete('never')],
  ['putting it back', ['catalog'], ({ catalog }) => catalog.put(profile('c', { family: 'g', revision: '2' }))],
  ...(['task', 'domain', 'family'] as const).flatMap((kind): Step[] => [
    [`a new ${kind}`, ['catalog'], ({ catalog }) => catalog.describe(kind, 'x', '')],
    [`the ${kind} described`, ['catalog'], ({ catalog }) => catalog.describe(kind, 'x', 'about')],
    [`the ${kind} described so again`, [], ({ catalog }) => catalog.describe(kind, 'x', 'about')],
  ]),
  ['a link', ['catalog'], ({ catalog }) => catalog.linkTaskDomain('x', 'x')],
  ['the link again', [], ({ catalog }) => catalog.linkTaskDomain('x', 'x')],
];

const IMPORTS: readonly Step[] = [
  ['an empty import', [], importing(async () => undefined)],
  ['an import of records', ['feedback'], importing((writer) => writer.add([interaction('q', 'a', 1)]))],
  [
    'an import of records of a new LLM',
    ['feedback', 'catalog'],
    importing((writer) => writer.add([interaction('q', 'imported', 1)])),
  ],
  ['an import of an LLM', ['catalog'], importing((writer) => writer.mergeLlm(profile('c', { size_b: 1 })))],
  ['an import of the same', [], importing((writer) => writer.mergeLlm(profile('c', { size_b: 1 })))],
  ['an import of a mark', [], importing((writer) => writer.markImported('hash', 'file'))],
  [
    'an import that is abandoned',
    [],
    async (ledger) => {
      const writer = await ledger.imports.begin();
      await writer.add([interaction('q', 'lost', 1)]);
      await writer.mergeLlm(profile('lost too'));
      await writer.end();
    },
  ],
];

const ARTIFACTS: readonly Step[] = [
  ['no artifacts', [], ({ artifacts }) => artifacts.register([])],
  ['an artifact', ['artifacts'], ({ artifacts }) => artifacts.register([artifact('a', '2026-01-01T00:00:00Z')])],
  ['the same again', [], ({ artifacts }) => artifacts.register([artifact('a', '2026-01-01T00:00:00Z')])],
  ['activating it', ['artifacts'], ({ artifacts }) => artifacts.activate(VERSION)],
  ['activating it again', [], ({ artifacts }) => artifacts.activate(VERSION)],
  ['a version that is unknown', [], ({ artifacts }) => artifacts.activate('f'.repeat(16)).catch(() => undefined)],
];

const BREAKERS: readonly Step[] = [
  ['no calls', [], ({ breakers }) => breakers.report([])],
  ['calls that leave it closed', [], calls(4)],
  ['calls that open it', ['breakers'], calls(5, 'down')],
  ['calls that end while it is open', [], calls(3)],
  ['an operator closes it', ['breakers'], ({ breakers }) => breakers.override('a', 'closed', undefined)],
  ['and again', [], ({ breakers }) => breakers.override('a', 'closed', undefined)],
  ['and opens it', ['breakers'], ({ breakers }) => breakers.override('a', 'open', 'dear')],
  ['with another reason', ['breakers'], ({ breakers }) => breakers.override('a', 'open', 'too dear')],
  ['of an LLM that is not known', [], ({ breakers }) => breakers.override('never', 'open', 'dear')],
  ['closed again', ['breakers'], ({ breakers }) => breakers.override('a', 'closed', undefined)],
  [
    'interactions that fail',
    ['feedback', 'breakers'],
    append(...Array.from({ length: 5 }, () => interaction('q', 'a', 0, { error: 'down' }))),
  ],
  ['closed at last', ['breakers'], ({ breakers }) => breakers.override('a', 'closed', undefined)],
  [
    'a step that fails',
    [],
    async ({ decisions, cascades }) => {
      await decisions.append([decisionRecord('failing')]);
      const call = { model: A, ok: false, error: 'down' };
      await cascades.append({ decision: 'failing', position: 0, report: { error: 'down' }, call });
    },
  ],
];

const ALERTS: readonly Step[] = [
  ['no observations', [], ({ alerts }) => alerts.observe([])],
  ['observations as usual', [], observed(200, 1)],
  ['a change of a task that the ledger does not know', ['alerts'], observed(60, 0)],
  ['what more there is of it', ['alerts'], observed(1, 0.5)],
  ['resolving it', ['alerts'], async (ledger) => ledger.alerts.resolve(await alertId(ledger), 'seen')],
  ['resolving it again', [], async (ledger) => ledger.alerts.resolve(await alertId(ledger), 'again')],
  ['resolving nothing', [], ({ alerts }) => alerts.resolve('never', undefined)],
  ['what is usual of a known task', [], observed(200, 1, 'x')],
  ['a change that answers count less for', ['alerts', 'feedback'], observed(60, 0, 'x')],
  ['claiming a job', [], ({ alerts }) => alerts.claimRetrain()],
  ['naming the job', ['alerts'], async (ledger) => ledger.alerts.endRetrain([await alertId(ledger)], 'job')],
  ['naming none', [], ({ alerts }) => alerts.endRetrain([], 'job')],
  ['a version that learned too little', [], ({ alerts }) => alerts.resolveRetrained(VERSION)],
  ['a webhook', ['settings'], ({ settings }) => settings.put('drift', DriftSettings.parse({ webhooks: ['http://h'] }))],
  ['claiming what there is to send', [], ({ alerts }) => alerts.claimWebhook(1000)],
  ['sending it', [], async (ledger) => ledger.alerts.endWebhook(await alertId(ledger))],
];

const POLICIES: readonly Step[] = [
  ['a policy', ['policies'], ({ policies }) => policies.put('p', PolicyBody.parse({ cost_weight: 1 }))],
  ['the same again', [], ({ policies }) => policies.put('p', PolicyBody.parse({ cost_weight: 1 }))],
  ['another body', ['policies'], ({ policies }) => policies.put('p', PolicyBody.parse({ cost_weight: 2 }))],
  ['deleting it', ['policies'], ({ policies }) => policies.delete('p')],
  ['deleting it again', [], ({ policies }) => policies.delete('p')],
];

const shadow = (share: number): ExperimentBody =>
  ExperimentBody.parse({ kind: 'shadow', candidate: { policy: 'cost' }, share });
const first = { state: 'running', step: 0, startedAt: START } as const;
const paused = { state: 'paused', step: 0, why: 'asked' } as const;
const EXPERIMENTS: readonly Step[] = [
  ['an experiment', ['experiments'], ({ experiments }) => experiments.put('e', shadow(1))],
  ['the same again', [], ({ experiments }) => experiments.put('e', shadow(1))],
  ['another share while it runs', [], ({ experiments }) => experiments.put('e', shadow(0.5))],
  ['a pause', ['experiments'], ({ experiments }) => experiments.move('e', first, paused)],
  ['the pause again', [], ({ experiments }) => experiments.move('e', first, paused)],
  [
    'a promotion',
    ['experiments', 'policies'],
    ({ experiments }) =>
      experiments.move(
        'e',
        { ...first, state: 'paused' },
        {
          state: 'promoted',
          step: 0,
          why: 'asked',
          promotes: { policies: [{ name: 'quality', body: { cost_weight: 1 } }] },
        },
      ),
  ],
  [
    'decisions of it',
    [],
    ({ decisions }) => decisions.append([decisionRecord('tried', { experiment: 'e', arm: 'a' })]),
  ],
  ['removing it', ['experiments'], ({ experiments }) => experiments.delete('e')],
  ['removing it again', [], ({ experiments }) => experiments.delete('e')],
];

const at = (base_url: string): Provider => Provider.parse({ name: 'p', base_url });
const PROVIDERS: readonly Step[] = [
  ['a provider', ['providers'], ({ providers }) => providers.put(at('https://one.test/v1'))],
  ['the same again', [], ({ providers }) => providers.put(at('https://one.test/v1'))],
  ['at another place', ['providers'], ({ providers }) => providers.put(at('https://two.test/v1'))],
  ['deleting it', ['providers'], ({ providers }) => providers.delete('p')],
  ['deleting it again', [], ({ providers }) => providers.delete('p')],
];

const SETTINGS: readonly Step[] = [
  ['the defaults', [], ({ settings }) => settings.put('breaker', BreakerSettings.parse({}))],
  ['others', ['settings'], ({ settings }) => settings.put('breaker', BreakerSettings.parse({ probes: 9 }))],
  ['the same again', [], ({ settings }) => settings.put('breaker', BreakerSettings.parse({ probes: 9 }))],
  [
    'of another kind',
    ['settings'],
    ({ settings }) => settings.put('decision', DecisionSettings.parse({ max_age_days: 1 })),
  ],
];

/** What no subject tells of. */
const OTHERS: readonly Step[] = [
  ['a decision', [], ({ decisions }) => decisions.append([decisionRecord('d')])],
  ['a call', [], ({ calls: c }) => c.append([callRecord('d')])],
  ['a step', [], ({ cascades }) => cascades.append(step)],
  ['a step whose place is taken', [], ({ cascades }) => cascades.append(step)],
  ['pruning', [], ({ decisions }) => decisions.prune()],
  ['vectors', [], ({ embeddings }) => embeddings.put('e', [['h', new Float32Array([1])]])],
  ['a claim', [], ({ limits }) => limits.claim(claim)],
  ['a settlement', [], ({ limits }) => limits.settle([claim])],
  ['an end', [], ({ limits }) => limits.end(['d'])],
  ['a schedule', [], ({ schedule }) => schedule.put({ pattern: '0 0 * * *', min_new_interactions: 1 })],
  ['no schedule', [], ({ schedule }) => schedule.delete()],
  ['a claim of the schedule', [], ({ schedule }) => schedule.claim('one', 1000)],
  ['its end', [], ({ schedule }) => schedule.endClaim('one')],
];

const READS: readonly Step[] = [
  ['feedback', [], ({ feedback }) => Promise.all([feedback.counts(), feedback.stats()])],
  ['the catalogue', [], ({ catalog }) => Promise.all([catalog.get('a'), catalog.list()])],
  ['snapshots', [], ({ snapshot }) => Promise.all([snapshot.read(), snapshot.texts(['00'])])],
  ['artifacts', [], ({ artifacts: a }) => Promise.all([a.list(), a.get(VERSION), a.activeVersion()])],
  ['breakers', [], ({ breakers }) => Promise.all([breakers.list(), breakers.open()])],
  ['alerts', [], ({ alerts }) => Promise.all([alerts.list(9), alerts.open(), alerts.counts()])],
  ['policies', [], ({ policies }) => policies.list()],
  ['providers', [], ({ providers }) => providers.list()],
  ['settings', [], ({ settings }) => settings.get('breaker')],
  ['limits', [], ({ limits }) => Promise.all([limits.limited(), limits.load(0), limits.inFlight()])],
  ['decisions', [], ({ decisions: d }) => Promise.all([d.get(['d']), d.list({ limit: 9 }), d.outcomes(['d'])])],
  ['calls', [], ({ calls: c }) => Promise.all([c.get(['d']), c.last('00')])],
  ['days', [], ({ decisions }) => decisions.days('2026-01-01', '2026-01-02')],
  ['steps', [], ({ cascades }) => cascades.steps('d')],
  ['vectors', [], ({ embeddings }) => embeddings.get('e', ['h'])],
  ['the schedule', [], ({ schedule }) => schedule.get()],
];

/** Each after the one before it, on one ledger. */
const STEPS = {
  FEEDBACK,
  CATALOG,
  IMPORTS,
  ARTIFACTS,
  BREAKERS,
  ALERTS,
  POLICIES,
  EXPERIMENTS,
  PROVIDERS,
  SETTINGS,
  OTHERS,
  READS,
};

export function describeChangeStore(store: StoreUnderTest): void {
  describe('changes', () => {
    for (const [name, steps] of Object.entries(STEPS))
      test(`a subject moves where it changed and nowhere else: ${name.toLowerCase()}`, async (t) => {
        const { ledger, openAgain }: OpenedLedger = await store.open(t);
        const other = await openAgain();
        if (name !== 'FEEDBACK') {
          await ledger.catalog.put(profile('a'));
          await ledger.catalog.describe('task', 't', '');
        }
        if (name === 'ALERTS') await ledger.catalog.describe('task', 'x', '');
        let seen = await ledger.changes.revisions();
        for (const [what, moved, work] of steps) {
          await work(ledger);
          const now = await other.changes.revisions();
          assert.deepEqual(changedSince(seen, now).toSorted(), moved.toSorted(), what);
          assert.deepEqual(await ledger.changes.revisions(), now, what);
          for (const subject of SUBJECTS) assert.ok(now[subject] >= seen[subject], what);
          seen = now;
        }
      });

    test('whoever saw no revisions sees all subjects as changed', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const revisions = await ledger.changes.revisions();
      assert.deepEqual(Object.keys(revisions).toSorted(), SUBJECTS.toSorted());
      assert.deepEqual(changedSince(null, revisions), [...SUBJECTS]);
      assert.deepEqual(changedSince(revisions, await (await openAgain()).changes.revisions()), []);
    });

    test('each commit of openers at once counts', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const openers = [ledger, await openAgain()];
      const before = await ledger.changes.revisions();
      await Promise.all(Array.from({ length: 10 }, (_, i) => openers[i % 2]!.catalog.put(profile(`m${i}`))));
      assert.equal((await openers[1]!.changes.revisions()).catalog, before.catalog + 10);
    });
  });
}
