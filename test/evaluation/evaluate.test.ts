import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { evaluate, type EvaluationOptions, type EvaluationRun } from '../../src/evaluation/evaluate.js';
import { crossValidate, datasetOf, Interrupted, type EvaluationInput } from '../../src/evaluation/folds.js';
import { LEARNED, ORACLE } from '../../src/measure/predictions.js';
import { cellTexts, summaryOf } from '../../src/evaluation/report/cells.js';
import { toHtml } from '../../src/evaluation/report/html.js';
import { toMarkdown } from '../../src/evaluation/report/markdown.js';
import { designsSection } from '../../src/evaluation/sections/designs.js';
import { newLlmSection } from '../../src/evaluation/sections/new-llm.js';
import { onlyRight } from '../../src/evaluation/sections/routers.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { PROFILE_DESIGNS } from '../../src/profile/design.js';
import { createDeterministicComposer } from '../../src/profile/text/composer/deterministic.js';
import { BASELINES } from '../../src/router/baselines.js';
import { EvaluationReport, type ReportSection, type ReportTable } from '../../src/schema/evaluation.js';
import { openBackend } from '../../src/tensor/backend.js';
import { encoder, QUICK } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { elementsOf } from '../support/markup.js';
import { handLog, type HandQuery } from '../support/rows.js';

const backend = await openBackend('wasm');
const composer = createDeterministicComposer();
const quiet = (): void => undefined;
const inputOf = (rows: GraphRows, folds = 2, steps = 10): EvaluationInput => ({
  rows,
  vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
  encoder,
  design: 'structured-trainable',
  seed: 1,
  folds,
  options: { ...QUICK, maxSteps: steps },
});
const options: EvaluationOptions = {
  tables: 'none',
  newLlm: 'none',
  cascades: 'all',
  composer,
  command: 'pointsman evaluate',
};
const report = (rows: GraphRows, folds?: number, steps?: number): Promise<EvaluationReport> =>
  evaluate(inputOf(rows, folds, steps), options, { backend, now: new Date(0), onProgress: quiet });

/** A small log in which every LLM has a price: the two that are good at one thing cost a hundred times the other. */
function pricedLog(queries: number): GraphRows {
  const rows = smallLog({ queries });
  const price = [100, 1, 100];
  return { ...rows, llms: rows.llms.map((llm, l) => ({ ...llm, input_price: price[l]!, output_price: price[l]! })) };
}

const section = (of: EvaluationReport, id: string): ReportSection => of.sections.find((s) => s.id === id)!;
const row = ({ rows }: ReportTable, name: string): (string | number | null)[] => rows.find((r) => r[0] === name)!;
const titles = [...BASELINES.filter((b) => !b.told), LEARNED, ...BASELINES.filter((b) => b.told), ORACLE].map(
  (r) => r.title,
);

describe('an evaluation', () => {
  test('puts text-only baselines first, the learned profile, those that read the task, the oracle last', async () => {
    const made = await report(pricedLog(40), 2, 40);
    EvaluationReport.parse(made);
    const [scores, distances] = section(made, 'routers').tables as [ReportTable, ReportTable];
    assert.deepEqual(
      scores.rows.map((r) => r[0]),
      titles,
    );
    const mean = (title: string): number => row(scores, title)[1] as number;
    const [single, told, learned, oracle] = [
      mean('best single LLM'),
      mean('per-task best (reads the task)'),
      mean(LEARNED.title),
      mean(ORACLE.title),
    ];
    assert.ok(
      single < 0.75 && told > 0.8 && learned > single && oracle >= Math.max(...titles.map(mean)),
      `${single} ${told} ${learned} ${oracle}`,
    );
    for (const [name, value, low, high] of scores.rows)
      assert.ok((low as number) <= (value as number) && (value as number) <= (high as number), String(name));
    assert.deepEqual(row(distances, ORACLE.title).slice(1, 6), [0, 1, 1, 0, 0]);
    assert.equal(row(distances, 'best single LLM')[2], 0);

    const cost = section(made, 'cost').tables[0]!;
    assert.equal((row(cost, 'best single LLM')[5] as number) <= 1, true, 'at its own cost at most');
    assert.ok((row(cost, ORACLE.title)[5] as number) <= (row(cost, 'best single LLM')[5] as number));
    assert.ok(
      cost.rows.every((r) => (r[3] as number) > 0 && (r[3] as number) <= (row(cost, ORACLE.title)[3] as number)),
      'the oracle has the largest area',
    );
    assert.equal(section(made, 'cost').plots.length, 1);
    const policies = section(made, 'cost').tables[1]!;
    assert.deepEqual(
      policies.rows.map((r) => r[0]),
      ['quality', 'balanced', 'cost'],
    );
    const spent = policies.rows.map((r) => r[3] as number);
    assert.ok(spent[0]! >= spent[1]! && spent[1]! > 0, 'what is weighed costs no more');

    const [wanted, levels] = section(made, 'cascade').tables as [ReportTable, ReportTable];
    assert.deepEqual(
      wanted.rows.map((r) => r[0]),
      [1, 0.9, 0.8, 0.7].flatMap((r) => Array.from({ length: 5 }, () => r)),
    );
    assert.ok(
      wanted.rows.every(
        (r) => (r[6] as number) >= 1 && (r[6] as number) <= 3 && (r[3] as number) <= mean(ORACLE.title),
      ),
      'calls and scores',
    );
    assert.deepEqual(
      levels.rows.map((r) => r[1]),
      [null, ...[1, 0.9, 0.8, 0.7].flatMap((r) => [r, r, r])],
    );
    assert.ok(
      (row(levels, 'cascade')[4] as number) >= (row(levels, 'single calls, learned profile')[4] as number),
      'a perfect judge does no harm',
    );

    assert.match(
      section(made, 'paired').notes[0]!,
      /^The learned profile is .* the best baseline that reads only text, .*: [+−]0\.\d{4}/,
    );
    assert.deepEqual(
      section(made, 'tasks').tables[0]!.rows.map((r) => r.slice(0, 2)),
      [
        ['arithmetic', 20],
        ['poetry', 20],
      ],
    );
    assert.equal(row(section(made, 'robustness').tables[0]!, 'upper case')[1], 40);
    assert.match(section(made, 'new-llm').notes.join(), /^Left out: --new-llm none/);

    // The three files say the same.
    const [html, markdown] = [toHtml(made), toMarkdown(made)];
    const shown = elementsOf(html)
      .filter((e) => ['td', 'th'].includes(e.name) && e.parent?.parent?.name === 'tbody')
      .map((e) => e.text);
    const tables = made.sections.flatMap((s) => s.tables);
    assert.deepEqual(
      shown,
      tables.flatMap((t) => cellTexts(t).flat()),
    );
    const bodies = markdown
      .split(/^\|---.*$/m)
      .slice(1)
      .flatMap((after) => after.split('\n\n')[0]!.trim().split('\n'));
    assert.deepEqual(
      bodies.map((line) => line.replaceAll('\\', '').slice(2, -2).split(' | ')),
      tables.flatMap(cellTexts),
    );
  });

  test('is the same for the same seed', async () => {
    const [first, second] = [await report(smallLog({ queries: 12 })), await report(smallLog({ queries: 12 }))];
    const figures = (r: EvaluationReport) => r.sections.map((s) => s.tables);
    assert.deepEqual(figures(first), figures(second));
  });

  test('that is interrupted reports what it has measured: folds that are done, or all but what is slow', async () => {
    /** Interrupts where a message says so, and at all that follows. */
    const until = (words: RegExp): EvaluationRun['onProgress'] => {
      let over = false;
      return (_fraction, message) => {
        over ||= words.test(message);
        if (over) throw new Interrupted();
      };
    };
    const interrupted = (words: RegExp): Promise<EvaluationReport> =>
      evaluate(
        inputOf(pricedLog(40), 3),
        { ...options, newLlm: 'fold' },
        { backend, now: new Date(0), onProgress: until(words) },
      );
    await assert.rejects(interrupted(/./), /interrupted before anything was measured/);
    const simple = await interrupted(/^measuring how long/);
    assert.deepEqual([simple.interrupted, simple.sections.map(({ id }) => id)], [true, ['simple-routers']]);
    const few = await interrupted(/fold 2\/3, epoch/);
    EvaluationReport.parse(few);
    assert.equal(few.interrupted, true);
    assert.equal(section(few, 'routers').tables[0]!.header.filter((h) => h.startsWith('fold')).length, 1);
    const quick = ['routers', 'paired', 'cost', 'calibration', 'tasks'];
    assert.deepEqual(
      few.sections.map(({ id }) => id),
      quick,
    );
    const most = await interrupted(/^new LLM/);
    assert.ok(most.sections.length > quick.length && most.sections.every(({ id }) => id !== 'new-llm'));
    assert.match(summaryOf(most), /Interrupted: what follows was measured until then\.$/);
    assert.equal((await report(pricedLog(16))).interrupted, undefined);
  });

  test('works on preferences alone, and says which sections need scores', async () => {
    const made = await report(smallLog({ queries: 16, preferences: true }));
    EvaluationReport.parse(made);
    const [ranking, ...rest] = section(made, 'routers').tables;
    assert.match(ranking!.caption, /^Share of held-out comparisons ranked right/);
    assert.equal(rest.length, 0);
    assert.equal(row(ranking!, ORACLE.title)[1], 1);
    assert.equal(row(ranking!, 'per-task best (reads the task)')[1], 1);
    for (const id of ['cost', 'cascade', 'calibration'])
      assert.match(section(made, id).notes.join(), /^Left out: it needs measured scores/);
    assert.equal(row(section(made, 'tasks').tables[0]!, 'poetry')[5], 1);
  });

  const scored = (n: number, scores: (i: number) => Record<string, number>): HandQuery[] =>
    Array.from({ length: n }, (_, i) => ({ text: `query ${i}`, scores: scores(i) }));
  const logs: Record<string, GraphRows> = {
    'all scores equal': handLog(
      ['a', 'b'],
      scored(12, () => ({ a: 0.5, b: 0.5 })),
    ),
    'no tasks': smallLog({ queries: 16, untasked: true }),
    'fewer queries than folds': handLog(
      ['a', 'b'],
      scored(3, (i) => ({ a: i % 2, b: 1 - (i % 2) })),
    ),
    'scores of one LLM and preferences': handLog(
      ['a', 'b'],
      [
        ...scored(6, () => ({ a: 1 })),
        ...Array.from({ length: 6 }, (_, i) => ({
          text: `pair ${i}`,
          task: 't',
          pairs: [['b', 'a'] as [string, string]],
        })),
      ],
    ),
    'an LLM that nothing is logged of': handLog(
      ['a', 'b', 'unused'],
      scored(8, (i) => ({ a: i % 2, b: 1 })),
    ),
  };
  for (const [name, rows] of Object.entries(logs))
    test(`works on a log with ${name}`, async () => {
      const made = EvaluationReport.parse(await report(rows, name === 'fewer queries than folds' ? 9 : 2));
      assert.ok(section(made, 'routers').tables.length > 0);
      assert.doesNotMatch(JSON.stringify(made) + toMarkdown(made) + toHtml(made), /NaN|Infinity|undefined/);
      elementsOf(toHtml(made));
    });

  test('says what a log lacks that can’t be cross-validated', async () => {
    await assert.rejects(
      report(handLog(['a', 'b'], [{ text: 'x', scores: { a: 1, b: 0 } }])),
      (error) =>
        error instanceof PointsmanError &&
        error.code === 'no_data' &&
        /too few queries for 2 folds: 1/.test(error.message),
    );
  });
});

describe('queries that one LLM alone gets right', () => {
  test('have one score of a half or more among two or more', async () => {
    const rows = handLog(
      ['a', 'b', 'c'],
      [
        { text: '1', scores: { a: 0.4, b: 0.5 } },
        { text: '2', scores: { a: 0.6, b: 0.5 } },
        { text: '3', scores: { c: 1 } },
        { text: '4', scores: { a: 0, c: 0 } },
      ],
    );
    const data = await datasetOf(inputOf(rows));
    assert.deepEqual(Array.from(onlyRight({ data, queries: Int32Array.of(0, 1, 2, 3) })), [1, -1, -1, -1]);
  });
});

describe('profiles and new LLMs', () => {
  test('are measured on a fold', async () => {
    const input = inputOf(smallLog({ queries: 40 }), 2, 12);
    const held = await crossValidate(input, backend, quiet);
    const progress: number[] = [];
    const fresh = await newLlmSection(held, input, {
      which: 'fold',
      backend,
      onProgress: (fraction) => progress.push(fraction),
    });
    const [perLlm, beside] = fresh.tables as [ReportTable, ReportTable];
    assert.deepEqual(
      perLlm.rows.map((r) => r[0]),
      ['calculator', 'middling', 'poet', 'mean'],
    );
    for (const r of perLlm.rows)
      assert.ok(
        r.slice(1).every((x) => typeof x === 'number'),
        String(r),
      );
    const [, known, unseen, , few] = row(perLlm, 'mean') as number[];
    assert.ok(known! >= unseen! - 0.1 && few! >= unseen! - 0.1, `${known} ${unseen} ${few}`);
    assert.deepEqual(row(beside, 'best single LLM').slice(2, 4), [null, null], 'a baseline can’t know it');
    assert.deepEqual(row(beside, LEARNED.title).slice(1), row(perLlm, 'mean').slice(1));
    assert.deepEqual(progress, [0, 1 / 3, 2 / 3]);

    const lists = [
      { caption: 'some', designs: ['index', 'structured-trainable-2hop'].map((name) => PROFILE_DESIGNS[name]!) },
    ];
    const { tables } = await designsSection(held, input, { composer, lists, backend, onProgress: quiet });
    assert.deepEqual(
      tables[0]!.rows.map((r) => r[0]),
      ['index', 'structured-trainable-2hop'],
    );
    for (const r of tables[0]!.rows)
      for (const score of r.slice(1)) assert.ok((score as number) >= 0 && (score as number) <= 1);
    assert.deepEqual(
      tables[1]!.rows.map((r) => r[0]),
      ['best single LLM', LEARNED.title, ORACLE.title],
    );
  });

  test('need three LLMs, and leave no tensor behind', async () => {
    const before = backend.tf.memory().numTensors;
    const input = inputOf(
      handLog(
        ['a', 'b'],
        Array.from({ length: 6 }, (_, i) => ({ text: `q${i}`, scores: { a: i % 2, b: 0.5 } })),
      ),
    );
    const { notes, tables } = await newLlmSection(await crossValidate(input, backend, quiet), input, {
      which: 'fold',
      backend,
      onProgress: quiet,
    });
    assert.deepEqual([notes.length, tables.length], [1, 0]);
    assert.match(notes[0]!, /^Left out: it needs three LLMs with interactions.*there are 2/);
    assert.equal(backend.tf.memory().numTensors, before);
  });
});
