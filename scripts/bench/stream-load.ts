import type { Pool } from 'undici';
import type { Rng } from '../../src/base/rng.js';
import { wordsOf } from '../provider/words.js';
import type { Contender } from './endpoint-contenders.js';

/** A chat completion's body: a question of its own each time, of `words` words. */
export function chatBody({ named }: Contender, model: string, rng: Rng, stream: boolean, words = 60): string {
  const messages = [
    { role: 'system', content: 'You are a helpful assistant. Answer briefly.' },
    { role: 'user', content: `${rng.int(1e9)} ${wordsOf(rng, words)}` },
  ];
  return JSON.stringify({ model: named(model), messages, stream });
}

/** Streams one answer to its end; `heard` gets each part of its body. Throws where it is refused or breaks off. */
export async function streamOne(
  pool: Pool,
  { headers }: Contender,
  body: string,
  heard: (part: Buffer) => void,
): Promise<void> {
  const { statusCode, body: answer } = await pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { ...headers, 'content-type': 'application/json' },
    body,
  });
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${await answer.text()}`);
  let end = '';
  await new Promise<void>((resolve, reject) => {
    answer.on('data', (part: Buffer) => {
      heard(part);
      end = part.toString('latin1', Math.max(0, part.length - 20));
    });
    answer.once('end', resolve);
    answer.once('error', reject);
  });
  if (!end.includes('[DONE]')) throw new Error(`a stream ended with ${JSON.stringify(end)}`);
}
