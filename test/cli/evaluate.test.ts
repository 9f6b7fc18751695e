import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { EvaluationReport } from '../../src/schema/evaluation.js';
import { done, HASHING, jsonLines, pointsman, scoreRows, workplace } from './support.js';

const undo: (() => void)[] = [];
after(() => undo.forEach((step) => step()));
const { file } = workplace({ after: (step) => void undo.push(step as () => void) });

describe('an evaluation', () => {
  test('measures by cross-validation, and writes a report', async () => {
    const [small, output] = [file('small.jsonl', jsonLines(scoreRows(24))), file('a report')];
    const args = [
      '--folds',
      '2',
      '--tables',
      'none',
      '--new-llm',
      'none',
      '--backend',
      'wasm',
      ...HASHING,
      '--data',
      file('not made'),
      '--output',
      output,
    ];
    const text = await done('evaluate', '--log', small, ...args);
    assert.match(text, /^24 queries, 3 LLMs, 2 tasks, 72 scores, 0 preferences; 2 folds/);
    for (const router of [
      'best single LLM',
      'per-task best',
      'k nearest queries',
      'learned profile',
      'oracle per query',
    ])
      assert.match(text, new RegExp(`^${router}.*( +[01]\\.\\d{4}){5}$`, 'm'));
    assert.match(text, /^The learned profile is .* the best baseline/m);
    assert.ok(text.includes(`Again: pointsman evaluate --log ${small} --folds 2 --tables none --new-llm none`), text);
    const report = EvaluationReport.parse(JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')));
    assert.deepEqual([report.folds, report.log.scores], [2, 72]);
    assert.match(readFileSync(join(output, 'report.md'), 'utf8'), /^\| learned profile \| [01]\.\d{4} \|/m);
    assert.ok(existsSync(join(output, 'report.html')));
    assert.ok(!existsSync(file('not made')), 'a log of its own leaves the data folder alone');
  });

  test('interrupted, writes a report of what it has measured, and fails', async () => {
    const [several, output] = [file('several.jsonl', jsonLines(scoreRows(40))), file('interrupted')];
    const args = ['--log', several, '--folds', '3', '--tables', 'none', '--new-llm', 'all', '--output', output];
    let interrupted = false;
    const { code, stderr } = await pointsman(['evaluate', ...args, '--backend', 'wasm', ...HASHING], {
      onStderr(text, child) {
        // Once the first fold is measured, and once only: who asks twice wants no report.
        if (interrupted || !/fold [23]\/3/.test(text)) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    assert.equal(code, 1, stderr);
    const report = EvaluationReport.parse(JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')));
    assert.equal(report.interrupted, true);
    assert.ok(report.sections.length > 0 && report.sections.every(({ id }) => id !== 'new-llm'));
  });

  test('shows simple routers and how long it will take before it trains; interrupted then, reports them', async () => {
    const [several, output] = [file('early.jsonl', jsonLines(scoreRows(40))), file('early')];
    const args = ['--log', several, '--folds', '2', '--tables', 'none', '--new-llm', 'all', '--output', output];
    let interrupted = false;
    const { code, stdout, stderr } = await pointsman(['evaluate', ...args, '--backend', 'wasm', ...HASHING], {
      onStderr(text, child) {
        if (interrupted || !text.includes('It will take')) return;
        interrupted = true;
        child.kill('SIGINT');
      },
    });
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^Simple routers: Mean score[^]*^best single LLM +[01]\.\d{4}[^]*^It will take (?:about|under) /m,
    );
    assert.match(stderr, /^interrupted: a report of what is measured follows/m);
    assert.doesNotMatch(stderr, /fold 2\/2, epoch/);
    assert.match(stdout, /^Simple routers$/m);
    const report = EvaluationReport.parse(JSON.parse(readFileSync(join(output, 'report.json'), 'utf8')));
    assert.equal(report.interrupted, true);
    assert.deepEqual(
      report.sections.map(({ id }) => id),
      ['simple-routers'],
    );
  });

  test('interrupted twice, ends at once and reports nothing', async () => {
    const [several, output] = [file('twice.jsonl', jsonLines(scoreRows(40))), file('twice')];
    const args = ['--log', several, '--folds', '2', '--tables', 'none', '--new-llm', 'all', '--output', output];
    const { code, stderr } = await pointsman(['evaluate', ...args, '--backend', 'wasm', ...HASHING], {
      onStderr(text, child) {
        if (text.includes('Simple routers:')) child.kill('SIGINT');
      },
    });
    // Each further line that it says is answered by another signal: the second ends it.
    assert.equal(code, 130, stderr);
    assert.ok(!existsSync(output));
  });

  test('writes a report only where nothing else would be lost', async () => {
    file('keep.txt', 'mine');
    const { code, stderr } = await pointsman([
      'evaluate',
      '--log',
      file('small.jsonl', jsonLines(scoreRows(4))),
      '--output',
      dirname(file('keep.txt')),
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /--output: expected a new or empty folder/);
  });
});
