import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Readiness } from '../../src/http/resources/readiness.js';
import { addArtifact, postJson, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

async function textOf(path: string): Promise<string> {
  const response = await fetch(service.url + path);
  assert.equal(response.status, 200, path);
  return response.text();
}

test('alive, whatever else is down', async () => {
  assert.equal(await textOf('/healthz'), '{"status":"ok"}');
});

test('ready to route while the queue is away, which it says', async () => {
  const response = await fetch(`${service.url}/readyz`);
  assert.equal(response.status, 200);
  const { ready, checks } = (await response.json()) as {
    ready: boolean;
    checks: Record<string, { ok: boolean; detail: string }>;
  };
  assert.deepEqual([ready, checks['ledger']?.ok, checks['queue']?.ok], [true, true, false]);
  assert.match(checks['queue']?.detail ?? '', /not opened/);
});

test('a ledger that does not answer is named', async () => {
  const closed = await startService({
    around: (ledger) => ({
      ...ledger,
      changes: { ...ledger.changes, revisions: () => Promise.reject(new Error('closed')) },
    }),
  });
  const response = await fetch(`${closed.url}/readyz`);
  const { ready, checks } = (await response.json()) as {
    ready: boolean;
    checks: Record<string, { ok: boolean; detail: string }>;
  };
  assert.deepEqual([response.status, ready], [503, false]);
  assert.deepEqual(checks['ledger'], { ok: false, detail: 'SQLite: closed' });
  await closed.remove();
});

test('ready while the version in force is refused, which it says with what to do', async (t) => {
  const own = await startService();
  t.after(() => own.remove());
  const readiness = async (): Promise<Readiness> => (await (await fetch(`${own.url}/readyz`)).json()) as Readiness;
  assert.deepEqual((await readiness()).checks?.artifact, { ok: true, detail: 'prior' });
  const version = '00000000000000aa';
  await addArtifact(own, version, [1]);
  await own.ledger.artifacts.activate(version);
  await own.live.scorer.refresh();
  const { ready, checks, version: serving } = await readiness();
  assert.deepEqual([ready, checks?.artifact.ok, serving], [true, false, null]);
  for (const part of [version, own.folder, 'trained with the encoder', 'activate another version', 'prior serves'])
    assert.ok(checks?.artifact.detail.includes(part), `${part} is not in: ${checks?.artifact.detail}`);
});

test('metrics: requests by route and status, decisions per LLM, feedback rows, the version in force', async () => {
  await postJson(`${service.url}/v1/route`, { query: 'q' });
  await postJson(`${service.url}/v1/route`, {});
  await postJson(`${service.url}/v1/feedback`, [
    { query: 'q', model: 'a/small', score: 1 },
    { query: 'q', better_model: 'a/small', worse_model: 'b/large' },
  ]);
  await fetch(`${service.url}/v1/models/a/small`);
  await fetch(`${service.url}/nowhere/${'x'.repeat(50)}`);
  const text = await textOf('/metrics');
  for (const line of [
    'pointsman_http_request_duration_seconds_count{method="POST",route="/v1/route",status="200"} 1',
    'pointsman_http_request_duration_seconds_count{method="POST",route="/v1/route",status="400"} 1',
    'pointsman_http_request_duration_seconds_count{method="GET",route="/v1/models/{id}",status="200"} 1',
    'pointsman_http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} 1',
    'pointsman_decisions_total{model="b/large",version="none"} 1',
    'pointsman_feedback_rows_total{kind="interaction"} 1',
    'pointsman_feedback_rows_total{kind="preference"} 1',
    'pointsman_active_version_info{version="none"} 1',
    'pointsman_models 3',
    'pointsman_ledger_writable 1',
    'pointsman_last_training_timestamp_seconds 0',
    // The queue of these tests can't be reached.
    'pointsman_queue_up 0',
    'pointsman_queue_oldest_waiting_seconds 0',
  ])
    assert.ok(text.includes(line), `${line} is not in\n${text}`);
  assert.match(text, /^process_resident_memory_bytes \d/m);
  assert.ok(!text.includes('xxxxx'));
});

test('the docs page needs nothing from elsewhere', async () => {
  const response = await fetch(`${service.url}/docs`);
  const page = await response.text();
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  assert.ok(!/https?:\/\//.test(page), 'no address of another host');
  const policy = response.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  const script = /<script type="module">([\s\S]*)<\/script>/.exec(page)?.[1] ?? assert.fail();
  const { createHash } = await import('node:crypto');
  assert.ok(policy.includes(createHash('sha256').update(script).digest('base64')), 'the policy lets the script run');
  assert.doesNotThrow(() => new Function(script), 'the script parses');
});
