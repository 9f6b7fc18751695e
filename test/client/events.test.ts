import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createPointsman, dataOf, PointsmanProblem, type JobEvent, type Pointsman } from 'pointsman/client';
import { startGateway } from './gateway.js';
import { startService, type Service } from './service.js';

describe('events by the client for TypeScript', () => {
  let service: Service;
  let client: Pointsman;
  before(async () => {
    service = await startService();
    client = service.client();
    const scored = Array.from({ length: 60 }, (_, i) => ({
      query: `What is ${i} and ${i}?`,
      model: i % 2 === 0 ? 'lab/small' : 'lab/large',
      score: (i % 3) / 2,
    }));
    await client.feedback(scored);
  });
  after(() => service.stop());

  const retrain = async (): Promise<string> => (await dataOf(client.POST('/v1/retrain', { body: {} }))).job_id;

  async function told(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
    const all: JobEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  }

  test('follow a job to its end', async () => {
    const id = await retrain();
    const all = await told(client.jobEvents(id));
    assert.ok(all.length > 1);
    for (const { data } of all) assert.equal(data.job_id, id);
    assert.deepEqual(new Set(all.slice(0, -1).map(({ event }) => event)), new Set(['progress']));
    const { event, data } = all.at(-1)!;
    assert.equal(event, 'completed', JSON.stringify(data));
    assert.equal(data.state, 'completed');
    // What has ended is told at once.
    assert.equal((await told(client.jobEvents(id))).length, 1);
  });

  test('go on where a stream breaks off', async (t) => {
    const gateway = await startGateway(service.url);
    t.after(gateway.close);
    const id = await retrain();
    const all: JobEvent[] = [];
    for await (const event of createPointsman({ baseUrl: gateway.url }).jobEvents(id)) {
      all.push(event);
      if (all.length > 1) continue;
      gateway.cut();
      gateway.refuse(1, 502);
    }
    assert.equal(all.at(-1)!.event, 'completed');
    assert.equal(gateway.seen.length, 3);
  });

  test('tell what is new, until nobody reads on', async () => {
    let asked: string | undefined;
    for await (const { event, data } of client.events()) {
      if (event === 'changed' && asked === undefined)
        asked = (await client.route('What is the newest query?')).decision_id;
      if (event === 'decisions' && data.decisions.some(({ decision_id: id }) => id === asked)) return;
    }
    assert.fail('expected events for ever');
  });

  test('end when they are told to', async () => {
    const id = await retrain();
    const gone = new AbortController();
    const events = client.jobEvents(id, { signal: gone.signal });
    assert.equal((await events.next()).done, false);
    gone.abort();
    await assert.rejects(told(events), { name: 'AbortError' });
    await told(client.jobEvents(id));
  });

  test('of what is not there are an error', async () => {
    await assert.rejects(told(client.jobEvents('none')), (error) => {
      assert.ok(error instanceof PointsmanProblem);
      assert.equal(error.code, 'job_not_found');
      return true;
    });
    await assert.rejects(told(createPointsman({ baseUrl: 'http://127.0.0.1:9' }).jobEvents('none')), {
      code: 'unreachable',
    });
  });
});
