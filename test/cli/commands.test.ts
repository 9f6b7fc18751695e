import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Manifest } from '../../src/artifact/manifest.js';
import { decodeSafetensors } from '../../src/artifact/safetensors.js';
import { dataPaths } from '../../src/base/paths.js';
import { sha256 } from '../../src/base/hash.js';
import { openLedger } from '../../src/store/open.js';
import { RouteResponse } from '../../src/schema/route.js';
import { done, jsonLines, pointsman, scoreRows, workplace } from './support.js';

const undo: (() => void)[] = [];
after(() => undo.forEach((step) => step()));
const { data, file } = workplace({ after: (step) => void undo.push(step as () => void) });
const log = file('log.jsonl', jsonLines(scoreRows(60)));

interface Summary {
  version: string;
  active: boolean;
}

/** Trained versions, newest first, with which is in force. */
async function versions(): Promise<Summary[]> {
  const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
  const found = (await ledger.artifacts.list()).map(({ version, active }) => ({ version, active }));
  await ledger.close();
  return found;
}

const answersIn = (text: string): RouteResponse[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => RouteResponse.parse(JSON.parse(line)));

describe('from a log to decisions', () => {
  before(async () => {
    assert.match(
      await done('import', log, '--data', data),
      /180 interactions and 0 preferences in .* now has 3 LLMs, 60 queries/,
    );
  });

  test('does not take the same file twice', async () => {
    assert.match(await done('import', log, '--data', data), /60 queries, 180 interactions/);
  });

  test('trains on what backend it is told, shows how it measures, and puts the version in force', async () => {
    const { code, stdout, stderr } = await pointsman(['train', '--backend', 'wasm', '--seed', '5', '--data', data]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /held out: 14 queries; calibration error/);
    for (const router of ['best single LLM', 'per-task best', 'k nearest', 'learned profile', 'oracle'])
      assert.match(stdout, new RegExp(`^${router}.* [01]\\.\\d{4} \\([01]\\.\\d{4} to [01]\\.\\d{4}\\)`, 'm'));
    const [inForce] = /version [0-9a-f]{16}: in force .*/.exec(stdout) ?? [''];
    assert.match(
      inForce,
      /in force \(no other router is better on 14 held-out queries\).*seed 5, TensorFlow\.js .* wasm/,
    );
    assert.match(stderr, /100%|97%/);
    assert.deepEqual(
      (await versions()).map((v) => v.active),
      [true],
    );
  });

  test('routes one query, as JSON where nobody reads along', async () => {
    const { code, stdout, stderr } = await pointsman([
      'route',
      'multiply the digits',
      '--data',
      data,
      '--explain',
      '--policy',
      'quality',
      '--exclude',
      'middling',
    ]);
    assert.equal(code, 0, stderr);
    const answer = RouteResponse.parse(JSON.parse(stdout));
    assert.equal(answer.version, (await versions())[0]!.version);
    assert.deepEqual(answer.ranking.map((r) => r.model as string).toSorted(), ['calculator', 'poet']);
    assert.equal(answer.model, answer.ranking[0]!.model);
    assert.ok(answer.explanation !== undefined);
  });

  test('does not route by a version of another encoder: it says which both are', async () => {
    for (const args of [['a verse'], ['--input', file('one.jsonl', '{"query": "a verse"}\n')]]) {
      const { code, stdout, stderr } = await pointsman(['route', ...args, '--encoder', 'hashing', '--data', data]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /trained with the encoder static.*, and this process runs hashing/);
    }
  });

  test('routes a file: every line answered in order, as over HTTP, with its own fields before the flags', async () => {
    const texts = scoreRows(40).map((row) => row.query);
    const requests = [
      ...texts.map((query) => ({ query })),
      { query: 'only the poet', models: ['poet'] },
      { messages: [{ role: 'user', content: 'a rhyme' }], explain: true },
      { query: 'the cheap one', policy: 'cost' },
    ];
    const input = file('requests.jsonl', `${jsonLines(requests).replaceAll('\n', '\r\n')}\n`);
    const output = file('answers.jsonl');
    const { code, stdout, stderr } = await pointsman([
      'route',
      '--input',
      input,
      '--output',
      output,
      '--data',
      data,
      '--policy',
      'quality',
    ]);
    assert.deepEqual([code, stdout], [0, ''], stderr);
    const answers = answersIn(readFileSync(output, 'utf8'));
    assert.equal(answers.length, requests.length);
    assert.equal(new Set(answers.map((a) => a.decision_id)).size, requests.length);
    assert.equal(answers[40]!.model, 'poet');
    assert.deepEqual(
      answers.map((a) => a.explanation !== undefined),
      requests.map((r) => 'explain' in r),
    );
    // In order: each line's ranking is that of its own query.
    for (const i of [0, 7, 39])
      assert.deepEqual(
        (JSON.parse(await done('route', texts[i]!, '--data', data, '--policy', 'quality')) as RouteResponse).ranking,
        answers[i]!.ranking,
      );
    assert.deepEqual(
      answersIn(
        (
          await pointsman(['route', '--input', '-', '--data', data, '--policy', 'quality'], {
            input: jsonLines(requests),
          })
        ).stdout,
      ).map((a) => a.ranking),
      answers.map((a) => a.ranking),
    );
  });

  test('names the file and line that is wrong, and leaves no output', async () => {
    const output = file('broken-answers.jsonl');
    const cases: [line: string, message: RegExp][] = [
      ['{"query": "half', /broken\.jsonl, line 3: expected JSON/],
      ['{"query": "x", "modles": ["poet"]}', /broken\.jsonl, line 3: modles: expected no such field/],
      ['["query"]', /broken\.jsonl, line 3:/],
      [
        '{"query": "x", "models": ["nobody"]}',
        /broken\.jsonl, line 3: models\[0\]: expected the id of a known LLM.*"nobody"/,
      ],
    ];
    for (const [line, message] of cases) {
      const input = file('broken.jsonl', `{"query": "one"}\n\n${line}\n{"query": "four"}\n`);
      const { code, stderr } = await pointsman(['route', '--input', input, '--output', output, '--data', data]);
      assert.equal(code, 1, line);
      assert.match(stderr, message);
      assert.ok(!existsSync(output));
    }
    assert.deepEqual(
      readdirSync(file('')).filter((name) => name.endsWith('.tmp')),
      [],
    );
    file('broken-answers.jsonl', 'what was there');
    await pointsman(['route', '--input', file('broken.jsonl'), '--output', output, '--data', data]);
    assert.equal(readFileSync(output, 'utf8'), 'what was there');
  });

  test('exports the weights of a version, whole', async () => {
    const { version } = (await versions())[0]!;
    const out = file('exported');
    await done('export', '--output', out, '--data', data);
    assert.deepEqual(readdirSync(out).toSorted(), ['manifest.json', 'weights.safetensors']);
    const manifest = Manifest.parse(JSON.parse(readFileSync(file('exported/manifest.json'), 'utf8')));
    const weights = readFileSync(file('exported/weights.safetensors'));
    assert.equal(manifest.version, version);
    assert.equal(manifest.files[0]!.sha256, sha256(weights));
    assert.equal(decodeSafetensors(weights)['embedding/llm']!.shape[0], 3);
    await done('export', '--output', out, '--artifact', version, '--data', data);
  });

  test('goes back to an earlier version', async () => {
    await done('train', '--backend', 'wasm', '--seed', '6', '--design', 'flat', '--data', data);
    const [newer, older] = (await versions()) as [Summary, Summary];
    const activity = async (): Promise<boolean[]> => (await versions()).map((v) => v.active);
    assert.deepEqual(await activity(), [false, true], 'another design that is not better replaces nothing');
    await done('weights', 'activate', newer.version, '--data', data);
    assert.deepEqual(await activity(), [true, false]);
    const lines = (await done('weights', '--data', data)).split('\n');
    assert.match(lines[2]!, new RegExp(`^${newer.version}  in force .* learned .* flat .* 6 `));
    assert.match(lines[3]!, new RegExp(`^${older.version}  accepted .* learned .* structured-trainable .* 5 `));
    assert.match(await done('weights', 'activate', older.version, '--data', data), new RegExp(older.version));
    assert.deepEqual(await activity(), [false, true]);
    assert.equal((JSON.parse(await done('route', 'x', '--data', data)) as RouteResponse).version, older.version);
    assert.equal((await pointsman(['weights', 'activate', '0000000000000000', '--data', data])).code, 1);
    assert.deepEqual(await activity(), [false, true]);
  });

  test('trains without activating, which leaves what serves as it is', async () => {
    const known = await versions();
    const { version } = known.find((v) => v.active)!;
    const out = await done('train', '--no-activate', '--backend', 'wasm', '--seed', '55', '--data', data);
    assert.match(out, new RegExp(`asked not to activate it\\); version ${version} serves; .*seed 55`));
    assert.equal((await versions()).length, known.length + 1);
    assert.equal((await versions()).find((v) => v.active)!.version, version);
  });

  test('keeps the catalogue: put, show, list, delete', async () => {
    const profile = file(
      'new.yaml',
      'id: lab/new\ndescription: a new one\nsize_b: 9\ninput_price: 0.5\noutput_price: 1.5\nbenchmarks:\n  ' +
        'poetry: 0.7\n',
    );
    assert.equal(await done('models', 'put', profile, '--data', data), 'lab/new added\n');
    assert.equal(await done('models', 'put', profile, '--data', data), 'lab/new replaced\n');
    assert.match(
      await done('models', 'show', 'lab/new', '--data', data),
      /^lab\/new  \(version .*\)\nDeclared\nid: lab\/new\ndescription: a new one\n(.*\n)*benchmarks:\n  poetry: 0\.7\n/,
    );
    assert.match(await done('models', '--data', data), /^lab\/new .* 9 .* 0\.5 .* 1\.5 +0 +–$/m);
    const { ranking, version } = JSON.parse(await done('route', 'a verse', '--data', data)) as RouteResponse;
    assert.ok(
      version !== null && ranking.some((r) => (r.model as string) === 'lab/new'),
      'a newcomer is a candidate at once',
    );
    assert.equal(await done('models', 'delete', 'lab/new', '--data', data), 'lab/new deleted\n');
    assert.ok(!(await done('models', 'list', '--data', data)).includes('lab/new'));
    for (const args of [
      ['show', 'lab/new'],
      ['delete', 'lab/new'],
    ])
      assert.equal((await pointsman(['models', ...args, '--data', data])).code, 1);
  });
});

describe('before anything is trained', () => {
  test('routes by what is declared, and says so by a version of null', async (t) => {
    const fresh = workplace(t);
    for (const [id, score] of [
      ['weak', 0.2],
      ['strong', 0.9],
    ] as const)
      await done(
        'models',
        'put',
        fresh.file(`${id}.json`, JSON.stringify({ id, benchmarks: { all: score } })),
        '--data',
        fresh.data,
      );
    const answer = RouteResponse.parse(JSON.parse(await done('route', 'anything', '--data', fresh.data)));
    assert.deepEqual([answer.version, answer.model, answer.fallbacks], [null, 'strong', ['weak']]);
  });

  test('says that there is no LLM', async (t) => {
    const { code, stdout, stderr } = await pointsman(['route', 'anything', '--data', workplace(t).data]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /no LLM to choose from.*pointsman import/);
  });
});
