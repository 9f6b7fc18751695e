import type { LocalProvider } from '../provider/server.js';
import { LLMS } from '../service/small-log.js';
import { CALLED, declarations } from './called.js';

/** LLMs that stay in the catalogue: every route ranks all there are. */
const MOST_LLMS = 40;

async function call(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return response.ok && text !== '' ? (JSON.parse(text) as unknown) : undefined;
}

/** Declares the provider and its LLMs. Throws where the service does not take that. */
async function declare(url: string, provider: LocalProvider): Promise<void> {
  for (const [path, body] of declarations(provider))
    if ((await call(url, 'PUT', path, body)) === undefined) throw new Error(`PUT ${path} was refused`);
}

/** Makes what chance seldom does: decisions with cascades, an LLM that gets worse. Answers what was answered. */
export async function prime(url: string, provider: LocalProvider): Promise<unknown[]> {
  await declare(url, provider);
  const answers: unknown[] = [];
  for (let i = 0; i < 5; i++)
    answers.push(
      await call(url, 'POST', '/v1/route', { query: `cascade ${i}`, cascade: {}, models: Object.keys(LLMS) }),
    );
  const worse = Array.from({ length: 900 }, (_, i) => ({
    query: `worse ${i}`,
    task: 'code',
    model: 'c/large',
    score: Number(i < 600 ? i % 10 > 0 : i % 10 === 0),
  }));
  await call(url, 'POST', '/v1/feedback', worse);
  answers.push(await call(url, 'GET', '/v1/alerts?state=all'));
  return answers;
}

/**
 * Has the service keep LLMs to route to and to call, and not too many: puts back those of the log and the provider's,
 * and takes out the most.
 */
export async function keepHouse(url: string, provider: LocalProvider): Promise<void> {
  const { models = [] } = ((await call(url, 'GET', '/v1/models')) ?? {}) as { models?: { id: string }[] };
  const there = new Set(models.map(({ id }) => id));
  for (const id of Object.keys(LLMS))
    if (!there.has(id)) await call(url, 'PUT', `/v1/models/${encodeURIComponent(id)}`, { size_b: 8 });
  const others = models.filter(({ id }) => !(CALLED as readonly string[]).includes(id));
  for (const { id } of others.slice(MOST_LLMS)) await call(url, 'DELETE', `/v1/models/${encodeURIComponent(id)}`);
  await declare(url, provider);
}
