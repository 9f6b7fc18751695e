import { LLMS } from '../service/small-log.js';

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

/** Makes what chance seldom does: decisions with cascades, an LLM that gets worse. Answers what was answered. */
export async function prime(url: string): Promise<unknown[]> {
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

/** Has the service keep LLMs to route to, and not too many: puts back those of the log, and takes out the most. */
export async function keepHouse(url: string): Promise<void> {
  const { models = [] } = ((await call(url, 'GET', '/v1/models')) ?? {}) as { models?: { id: string }[] };
  const there = new Set(models.map(({ id }) => id));
  for (const id of Object.keys(LLMS))
    if (!there.has(id)) await call(url, 'PUT', `/v1/models/${encodeURIComponent(id)}`, { size_b: 8 });
  for (const { id } of models.slice(MOST_LLMS)) await call(url, 'DELETE', `/v1/models/${encodeURIComponent(id)}`);
}
