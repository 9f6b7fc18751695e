import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Api } from '../../src/protocol/types.js';
import { createDeployments, type Deployments } from '../../src/providers/deployments.js';
import { createSecrets } from '../../src/providers/secrets.js';
import type { Target, TargetOutcome } from '../../src/providers/types.js';
import { DEFAULT_BREAKER } from '../../src/schema/health.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { Provider } from '../../src/schema/provider.js';
import { keptLog } from '../decision/parts.js';

const START = Date.UTC(2026, 0, 1);
const SECRET = 'sk-0123456789abcdef';
const OK: TargetOutcome = { error: null, tokens: 0 };
const DOWN: TargetOutcome = { error: 'HTTP 503', tokens: 0 };

const provider = (name: string, fields: Record<string, unknown> = {}): Provider =>
  Provider.parse({ name, base_url: `http://${name}.test/v1`, ...fields });
const llm = (id: string, ...deployments: Record<string, unknown>[]): LlmProfile =>
  LlmProfile.parse({ id, deployments });
const at = (name: string, fields: Record<string, unknown> = {}) => ({ provider: name, model: 'm', ...fields });

interface Opened extends Deployments {
  time: { now: number };
  lines: string[];
  /** Where a chat would go, in order. */
  order(model?: string, promptTokens?: number): string[];
  first(model?: string): Target;
  /** Calls the first target, and ends the call so. */
  call(outcome: TargetOutcome, model?: string): void;
}

function opened(llms: LlmProfile[], providers: Provider[], env: NodeJS.ProcessEnv = {}): Opened {
  const time = { now: START };
  const clock = (): number => time.now;
  const { log, lines } = keptLog();
  const secrets = createSecrets({ env, clock });
  const all = createDeployments({ secrets, settings: () => DEFAULT_BREAKER, clock, log });
  all.declare(llms, providers);
  const order = (model = 'a', promptTokens = 10): string[] =>
    all.targets(model, 'chat', promptTokens).map(({ deployment }) => `${deployment.provider}/${deployment.model}`);
  const first = (model = 'a'): Target => all.targets(model, 'chat', 10)[0]!;
  return {
    ...all,
    time,
    lines,
    order,
    first,
    call: (outcome, model) => all.begin(first(model), 10)(outcome),
  };
}

describe('an LLM', () => {
  const APIS: readonly Api[] = ['chat', 'responses', 'messages', 'embeddings'];

  test('without deployments, or whose provider is not known, can’t be called', () => {
    const { uncallable, targets } = opened([llm('a', at('gone')), LlmProfile.parse({ id: 'b' })], []);
    assert.equal(uncallable('a', 'chat'), 'its provider gone is not known');
    for (const id of ['b', 'nobody']) assert.equal(uncallable(id, 'chat'), 'it declares no deployments');
    for (const id of ['a', 'b', 'nobody']) assert.deepEqual(targets(id, 'chat', 1), []);
  });

  test('whose key is missing can’t be called, until it is there', () => {
    const env: NodeJS.ProcessEnv = {};
    const deployments = opened([llm('a', at('p'))], [provider('p', { key_env: 'P_KEY' })], env);
    const why = 'the key of its provider p is missing: the environment variable P_KEY is not set';
    assert.equal(deployments.uncallable('a', 'chat'), why);
    env['P_KEY'] = SECRET;
    deployments.time.now += 1_000;
    assert.equal(deployments.uncallable('a', 'chat'), undefined);
    assert.deepEqual(deployments.order(), ['p/m']);
    delete env['P_KEY'];
    deployments.time.now += 1_000;
    assert.equal(deployments.uncallable('a', 'chat'), why);
    assert.deepEqual(deployments.order(), []);
  });

  test('is called in the form that its provider has', () => {
    const { targets, uncallable } = opened(
      [llm('a', at('claude')), llm('b', at('gpt')), llm('c', at('plain'))],
      [provider('claude', { protocol: 'anthropic' }), provider('gpt', { responses: true }), provider('plain')],
    );
    const forms = (id: string): unknown[] => APIS.map((api) => targets(id, api, 1)[0]?.api);
    assert.deepEqual(forms('a'), ['messages', 'messages', 'messages', undefined]);
    assert.deepEqual(forms('b'), ['chat', 'responses', 'chat', 'embeddings']);
    assert.deepEqual(forms('c'), ['chat', 'chat', 'chat', 'embeddings']);
    assert.match(uncallable('a', 'embeddings')!, /^its provider claude speaks Anthropic’s protocol/);
  });

  test('says of all deployments why none can be called, and of none where one can', () => {
    const anywhere = llm('a', at('gone'), at('keyed'), at('gone', { model: 'n' }));
    const { uncallable, declare } = opened([anywhere], [provider('keyed', { key_file: '/nowhere/key' })]);
    assert.equal(
      uncallable('a', 'chat'),
      "its provider gone is not known; the key of its provider keyed is missing: the file /nowhere/key can't be read " +
        '(ENOENT)',
    );
    declare([anywhere], [provider('gone')]);
    assert.equal(uncallable('a', 'chat'), undefined);
  });
});

describe('of several deployments', () => {
  test('those of a lower number come first; among equals who has the fewest calls, then whose turn it is', () => {
    const three = llm('a', at('p'), at('q'), at('late', { priority: 1 }));
    const { order, begin, first } = opened([three], [provider('p'), provider('q'), provider('late')]);
    assert.deepEqual(order(), ['p/m', 'q/m', 'late/m']);
    const end = begin(first(), 10);
    assert.deepEqual(order(), ['q/m', 'p/m', 'late/m'], 'p has a call in flight');
    const endOther = begin(first(), 10);
    assert.deepEqual(order(), ['p/m', 'q/m', 'late/m'], 'both have one, and p began before');
    end(OK);
    endOther(OK);
    const turns = Array.from({ length: 4 }, () => {
      const target = first();
      begin(target, 10)(OK);
      return target.deployment.provider as string;
    });
    assert.deepEqual(turns, ['p', 'q', 'p', 'q']);
  });

  test('a call that ends twice ends once', () => {
    const { begin, first, faresOf } = opened([llm('a', at('p'))], [provider('p')]);
    const inFlight = (): number => faresOf('p', START)[0]!.in_flight;
    const ends = [begin(first(), 1), begin(first(), 1)];
    ends[0]!(OK);
    ends[0]!(OK);
    assert.equal(inFlight(), 1);
    ends[1]!(OK);
    assert.equal(inFlight(), 0);
  });

  test('two LLMs at one place share what is known of it', () => {
    const { call, order } = opened([llm('a', at('p')), llm('b', at('p'))], [provider('p')]);
    for (let i = 0; i < 5; i++) call(DOWN, 'a');
    assert.deepEqual([order('a'), order('b')], [[], []]);
  });
});

describe('a deployment that fails', () => {
  test('is left out, and is tried after the cool-down by one call at a time until two went well', () => {
    const { call, order, begin, first, time, faresOf, lines } = opened(
      [llm('a', at('p'), at('q', { priority: 1 }))],
      [provider('p'), provider('q')],
    );
    const state = (): string => faresOf('p', START)[0]!.state;
    for (let i = 0; i < 4; i++) call(DOWN);
    assert.deepEqual(order(), ['p/m', 'q/m']);
    const late = begin(first(), 10);
    call(DOWN);
    assert.deepEqual([order(), state()], [['q/m'], 'open']);
    assert.equal(lines.filter((line) => line.includes('a deployment fails')).length, 1);
    time.now += DEFAULT_BREAKER.cool_down_ms;
    assert.deepEqual([order(), state()], [['p/m', 'q/m'], 'half_open']);
    const probe = begin(first(), 10);
    assert.deepEqual(order(), ['q/m'], 'one call tries it');
    late(OK);
    assert.deepEqual([order(), state()], [['q/m'], 'half_open'], 'what began before says nothing');
    probe(OK);
    assert.deepEqual(order(), ['p/m', 'q/m']);
    begin(first(), 10)(OK);
    assert.equal(state(), 'closed');
    assert.ok(lines.some((line) => line.includes('a deployment is called again')));
  });

  test('stays out twice as long where the try fails, and a call that was given up says nothing', () => {
    const { call, order, time, faresOf } = opened([llm('a', at('p'))], [provider('p')]);
    for (let i = 0; i < 5; i++) call(DOWN);
    time.now += DEFAULT_BREAKER.cool_down_ms;
    call({ ...DOWN, inconclusive: true });
    assert.deepEqual(order(), ['p/m'], 'the next may try it');
    call(DOWN);
    const fare = faresOf('p', time.now)[0]!;
    assert.equal(fare.retry_at, new Date(time.now + 2 * DEFAULT_BREAKER.cool_down_ms).toISOString());
    time.now += DEFAULT_BREAKER.cool_down_ms;
    assert.deepEqual(order(), []);
    time.now += DEFAULT_BREAKER.cool_down_ms;
    assert.deepEqual(order(), ['p/m']);
  });

  test('gets nothing for as long as Retry-After says, an hour at most', () => {
    const { begin, first, order, time, faresOf } = opened([llm('a', at('p'))], [provider('p')]);
    const held = (retryAfterMs: number): void => begin(first(), 10)({ error: null, tokens: 0, retryAfterMs });
    held(7_000);
    assert.deepEqual(order(), []);
    assert.equal(faresOf('p', START)[0]!.held_until, new Date(START + 7_000).toISOString());
    time.now += 7_000;
    assert.deepEqual(order(), ['p/m']);
    held(1e9);
    time.now += 3_600_000;
    assert.deepEqual(order(), ['p/m']);
  });

  test('begins anew where its provider is declared otherwise, and goes on where it is not', () => {
    const [one, p] = [llm('a', at('p')), provider('p')];
    const { call, order, declare } = opened([one], [p]);
    for (let i = 0; i < 5; i++) call(DOWN);
    declare([one, llm('b')], [p]);
    assert.deepEqual(order(), []);
    declare([one], [provider('p', { key_env: 'P' })]);
    declare([one], [p]);
    assert.deepEqual(order(), ['p/m']);
  });

  test('is logged without any key', () => {
    const env = { KEY: SECRET };
    const { call, lines } = opened([llm('a', at('p'))], [provider('p', { key_env: 'KEY' })], env);
    for (let i = 0; i < 5; i++) call({ error: `wrong key ${SECRET}`, tokens: 0 });
    assert.match(lines.join(''), /wrong key \[key\]/);
    assert.ok(!lines.join('').includes(SECRET));
  });
});

describe('limits of a deployment', () => {
  const limited = (limits: object) => {
    const one = llm('a', at('p', { limits }), at('q', { priority: 1 }));
    return opened([one], [provider('p'), provider('q')]);
  };

  test('in_flight: no more calls at once', () => {
    const { begin, first, order, faresOf } = limited({ in_flight: 2 });
    const ends = [begin(first(), 1), begin(first(), 1)];
    assert.deepEqual(order(), ['q/m']);
    assert.equal(faresOf('p', START)[0]!.full, 'it has 2 of its 2 calls in flight');
    ends[1]!(DOWN);
    assert.deepEqual(order(), ['p/m', 'q/m']);
  });

  test('requests_per_minute: no more in any 60 seconds', () => {
    const { call, order, time } = limited({ requests_per_minute: 3 });
    for (let i = 0; i < 3; i++) {
      call(OK);
      time.now += 10_000;
    }
    assert.deepEqual(order(), ['q/m']);
    time.now = START + 60_000 - 1;
    assert.deepEqual(order(), ['q/m']);
    time.now = START + 60_500;
    assert.deepEqual(order(), ['p/m', 'q/m']);
    call(OK);
    assert.deepEqual(order(), ['q/m']);
  });

  test('tokens_per_minute: as expected at first, then as the provider counted them', () => {
    const { begin, first, order } = limited({ tokens_per_minute: 1_000 });
    const end = begin(first(), 100);
    assert.deepEqual(order('a', 300), ['p/m', 'q/m'], '356 are expected of the first, 556 of this one');
    assert.deepEqual(order('a', 400), ['q/m']);
    end({ error: null, tokens: 150 });
    assert.deepEqual(order('a', 590), ['p/m', 'q/m']);
    begin(first(), 100)({ error: null, tokens: 900 });
    assert.deepEqual(order('a', 1), ['q/m']);
  });

  test('a call that is longer than a minute’s limit goes where nothing else went', () => {
    const { order, call } = limited({ tokens_per_minute: 100 });
    assert.deepEqual(order('a', 5_000), ['p/m', 'q/m']);
    call(OK);
    assert.deepEqual(order('a', 1), ['q/m']);
  });

  test('a call that failed counts by its prompt', () => {
    const { begin, first, order } = limited({ tokens_per_minute: 1_000 });
    begin(first(), 500)(DOWN);
    assert.deepEqual(order('a', 200), ['p/m', 'q/m']);
    assert.deepEqual(order('a', 300), ['q/m']);
  });
});
