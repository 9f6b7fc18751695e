import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PointsmanError } from '../../src/base/errors.js';
import { axisOf, ticks } from '../../src/evaluation/report/axis.js';
import { toHtml } from '../../src/evaluation/report/html.js';
import { toMarkdown } from '../../src/evaluation/report/markdown.js';
import { toText } from '../../src/evaluation/report/text.js';
import { checkReportFolder, writeReport } from '../../src/evaluation/report/write.js';
import { EvaluationReport } from '../../src/schema/evaluation.js';
import { temporaryFolder } from '../support/temporary.js';
import { elementsOf } from '../support/markup.js';

const HOSTILE = `<img src=x onerror="alert(1)">&'|_a_\`b\`\u0007`;

const report: EvaluationReport = {
  title: 'Pointsman evaluation',
  created_at: '2026-01-02T03:04:05.000Z',
  command: "pointsman evaluate --log 'a b.jsonl'",
  log: { queries: 2, llms: 3, tasks: 1, scores: 6, preferences: 0 },
  design: 'structured-trainable',
  encoder: 'static-1',
  backend: 'cpu',
  seed: 7,
  folds: 5,
  sections: [
    {
      id: 'routers',
      title: 'Routers',
      notes: [`of ${HOSTILE}`],
      seconds: 61.25,
      tables: [
        {
          caption: `by ${HOSTILE}`,
          header: ['router', 'mean', 'n'],
          rows: [
            ['learned profile', 0.68125, 12],
            [HOSTILE, null, 3],
          ],
          digits: [0, 4, 0],
        },
      ],
      plots: [
        {
          kind: 'curves',
          title: HOSTILE,
          x: HOSTILE,
          y: 'score',
          series: [
            {
              name: HOSTILE,
              mark: 'step',
              points: [
                [1, 0.5],
                [2, 0.75],
              ],
            },
            { name: 'one point', mark: 'line', emphasis: true, points: [[1, 0.5]] },
            { name: 'none', mark: 'dashes', points: [] },
          ],
        },
        {
          kind: 'intervals',
          title: 'intervals',
          x: 'score',
          items: [{ name: HOSTILE, value: 0.5, low: 0.5, high: 0.5 }],
        },
        { kind: 'intervals', title: 'nothing to draw', x: 'score', items: [] },
      ],
    },
    { id: 'empty', title: 'Empty', notes: [], tables: [], plots: [], seconds: 0 },
  ],
};

describe('report.html', () => {
  const html = toHtml(report);

  test('is well-formed, with user text as text', () => {
    const elements = elementsOf(html);
    assert.ok(!elements.some((e) => e.name === 'img'));
    assert.ok(elements.every((e) => !Object.keys(e.attributes).some((name) => name.startsWith('on'))));
    assert.equal(elements.filter((e) => e.name === 'svg').length, 2);
    assert.ok(elements.some((e) => e.text === HOSTILE.replace('\u0007', '\ufffd')));
  });

  test('needs no script and no network', () => {
    for (const { name, attributes } of elementsOf(html)) {
      assert.ok(!['script', 'link', 'iframe', 'img', 'object', 'use', 'image', 'base'].includes(name), name);
      for (const attribute of ['src', 'href', 'xlink:href', 'data', 'action'])
        assert.match(attributes[attribute] ?? '#', /^#/);
    }
    assert.doesNotMatch(html, /url\(|@import|https?:/);
  });

  test('fits a phone: wide tables and plots scroll by themselves', () => {
    assert.match(html, /<meta name="viewport" content="width=device-width, initial-scale=1"\/>/);
    for (const { name, parent } of elementsOf(html))
      if (name === 'table' || name === 'svg') assert.equal(parent?.attributes['class'], 'scroll');
  });

  test('marks the learned profile', () =>
    assert.match(html, /<tr class="learned"><th scope="row">learned profile<\/th><td>0\.6813<\/td><td>12<\/td>/));
});

describe('report.md and the terminal', () => {
  test('have the same figures, – for none, and user text as text', () => {
    const markdown = toMarkdown(report);
    assert.match(markdown, /^\| learned profile \| 0\.6813 \| 12 \|$/m);
    assert.match(markdown, /^\| \\<img src=x onerror="alert\(1\)"\\>\\&'\\\|\\_a\\_\\`b\\`\S* \| – \| 3 \|$/m);
    assert.match(markdown, /^Again:\n\n {4}pointsman evaluate --log 'a b\.jsonl'$/m);
    const text = toText(report, (header, rows) => [header, ...rows].map((row) => row.join(' ; ')).join('\n'));
    assert.match(text, /^learned profile ; 0\.6813 ; 12$/m);
    assert.match(text, /Measuring took: Routers 61 s\./);
  });
});

describe('axes', () => {
  test('have about five round numbers', () => {
    assert.deepEqual(ticks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
    assert.deepEqual(ticks(33, 301), [100, 200, 300]);
    assert.deepEqual(ticks(0.61, 0.69), [0.62, 0.64, 0.66, 0.68]);
  });

  test('are as good where all values are the same', () => {
    for (const value of [0, 0.5, -3, 1e9]) assert.equal(axisOf([value, value], 0, 100).at(value), '50.0');
  });
});

describe('writing', () => {
  const { path, remove } = temporaryFolder();
  after(remove);
  const refused = (folder: string, message: RegExp): void =>
    assert.throws(
      () => checkReportFolder(folder),
      (error) => error instanceof PointsmanError && error.code === 'invalid_request' && message.test(error.message),
    );

  test('makes three files in a new folder, readable by others, and replaces them', () => {
    const folder = join(path, 'deep', 'report');
    for (const seed of [1, 2]) {
      assert.deepEqual(
        writeReport(folder, { ...report, seed }),
        ['report.md', 'report.json', 'report.html'].map((file) => join(folder, file)),
      );
      assert.deepEqual(readdirSync(folder).toSorted(), ['report.html', 'report.json', 'report.md']);
      assert.deepEqual(EvaluationReport.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))), {
        ...report,
        seed,
      });
    }
    assert.deepEqual(readdirSync(join(path, 'deep')), ['report'], 'nothing is left beside it');
    assert.equal(statSync(folder).mode & 0o777, 0o777 & ~process.umask());
  });

  test('takes an empty folder, and what was left of a run that was killed', () => {
    const folder = join(path, 'killed');
    mkdirSync(join(folder, '.unfinished'), { recursive: true });
    writeFileSync(join(folder, '.unfinished', 'report.md'), 'half');
    writeReport(folder, report);
    assert.deepEqual(readdirSync(folder).toSorted(), ['report.html', 'report.json', 'report.md']);
  });

  test('leaves any other folder, and a file, as they are', () => {
    const folder = join(path, 'photos');
    mkdirSync(folder);
    writeFileSync(join(folder, 'cat.png'), '');
    refused(folder, /^--output: .*holds cat\.png/);
    assert.throws(() => writeReport(folder, report));
    assert.deepEqual(readdirSync(folder), ['cat.png']);
    refused(join(folder, 'cat.png'), /^--output: expected a folder, got the file/);
    refused(join(folder, 'cat.png', 'below'), /^--output: .*is a file/);
  });

  test('writes nothing that is not a report', () => {
    const folder = join(path, 'wrong');
    const wrong = {
      ...report,
      sections: [{ ...report.sections[0]!, tables: [{ caption: '', header: ['x'], rows: [[NaN]] }] }],
    };
    assert.throws(() => writeReport(folder, wrong), /report: sections/);
    assert.ok(!existsSync(folder));
  });
});
