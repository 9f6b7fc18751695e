import { createRng, type Rng } from '../../src/base/rng.js';
import { FAULTS, type Fault, type FaultName } from '../provider/behaviour.js';
import { startProvider, type LocalProvider } from '../provider/server.js';
import { oneOf } from './nasty.js';

/** LLMs that can be called; their profiles and providers are put back where requests change them. */
export const CALLED = ['called/steady', 'called/faulty', 'called/claude'] as const;

/** What goes wrong with the faulty one now and then. */
const WRONG: readonly FaultName[] = [
  'dies',
  'dies_in_stream',
  'stalls',
  'stalls_in_stream',
  'rate_limited',
  'server_error',
  'unavailable',
  'context_length',
  'unauthorized',
  'no_path',
  'page',
  'garbage',
  'cut_json',
  'no_end',
  'huge_1',
];
/** Share of its calls, and how many of them are drawn: all that come after go well. */
const FAULTY = 0.25;
const DRAWN = 200_000;
/** A provider that stalls is given up soon, in milliseconds. */
const PATIENCE = { first_byte_ms: 300, idle_ms: 300 };

function faults(rng: Rng): (Fault | null)[] {
  return Array.from({ length: DRAWN }, () => (rng.next() < FAULTY ? FAULTS[oneOf(rng, WRONG)] : null));
}

/** A provider on this machine, one of whose LLMs fails now and then. */
export function startCalled(seed: number): Promise<LocalProvider> {
  const slow = { chunkMs: 1, chunks: 20 };
  return startProvider({
    seed,
    models: { steady: {}, faulty: { ...slow, faults: faults(createRng(seed).fork('faults')) }, claude: slow },
    keep: 10,
  });
}

/** What declares it: paths and bodies to put. */
export function declarations({ baseUrl: url }: Pick<LocalProvider, 'baseUrl'>): [path: string, body: object][] {
  const openai = { base_url: url, protocol: 'openai', responses: true, ...PATIENCE };
  const at = (provider: string, model: string): object => ({ provider, model });
  const deployments: Record<(typeof CALLED)[number], object[]> = {
    'called/steady': [at('local', 'steady')],
    'called/faulty': [at('local', 'faulty'), at('chat-only', 'faulty')],
    'called/claude': [at('claude', 'claude')],
  };
  return [
    ['/v1/providers/local', openai],
    ['/v1/providers/chat-only', { ...openai, responses: false }],
    ['/v1/providers/claude', { ...openai, protocol: 'anthropic', responses: undefined }],
    ...CALLED.map((id): [string, object] => [
      `/v1/models/${encodeURIComponent(id)}`,
      { input_price: 1, output_price: 4, cached_input_price: 0.1, deployments: deployments[id] },
    ]),
  ];
}
