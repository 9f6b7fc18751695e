import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { metricsOf } from '../../scripts/docs/metrics.js';
import { packageRoot } from '../../src/base/paths.js';
import { startService } from '../http/service.js';
import { findProgram, lacking } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { labelsIn, namesIn } from './promql.js';

const run = promisify(execFile);
const FOLDER = join(packageRoot, 'docker/prometheus');

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}
interface Board {
  panels: { title: string; targets?: { expr: string }[]; gridPos: Record<'x' | 'y' | 'w' | 'h', number> }[];
  templating: { list: { query: { query: string } }[] };
}

const rules = (parse(readFileSync(join(FOLDER, 'rules.yml'), 'utf8')) as Rules).groups.flatMap((one) => one.rules);
const board = JSON.parse(readFileSync(join(packageRoot, 'docker/grafana/dashboard.json'), 'utf8')) as Board;

describe('the rules for Prometheus', { skip: lacking('promtool') }, () => {
  const temporary = temporaryFolder();
  const files = join(temporary.path, 'prometheus');
  const promtool = (...args: string[]): Promise<{ stdout: string }> => run(findProgram('promtool')!, args);
  before(() => {
    cpSync(FOLDER, files, { recursive: true });
    writeFileSync(join(files, 'metrics.key'), 'pk_for_the_check\n');
  });
  after(() => temporary.remove());

  test('are a configuration that Prometheus reads', async () => {
    const { stdout } = await promtool('check', 'config', join(files, 'prometheus.yml'));
    assert.match(stdout, /SUCCESS/);
  });

  test('are rules that Prometheus reads', async () => {
    const { stdout } = await promtool('check', 'rules', '--lint=all', '--lint-fatal', join(files, 'rules.yml'));
    assert.match(stdout, new RegExp(`SUCCESS: ${rules.length} rules found`));
  });

  test('fire when they should, and not otherwise', async () => {
    await promtool('test', 'rules', join(files, 'rules.test.yml'), join(files, 'rules-of-days.test.yml'));
    const tests = ['rules.test.yml', 'rules-of-days.test.yml'].map((name) => readFileSync(join(files, name), 'utf8'));
    for (const { alert } of rules) assert.ok(tests.join('').includes(alert), `${alert} has no unit test`);
  });
});

describe('what alerts and the board ask for', () => {
  const expressions = [
    ...rules.map(({ alert, expr }) => [alert, expr] as const),
    ...board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
    ...board.templating.list.map(({ query }) => ['a variable', query.query] as const),
  ];

  test('are metrics and labels of a service', async () => {
    const service = await startService({ app: { openMetrics: true } });
    const text = await (await fetch(`${service.url}/metrics`)).text();
    await service.remove();
    const exported = new Map(Array.from(text.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name, type]) => [name!, type!]));
    const declared = new Map(metricsOf().map(({ name, labels }) => [name, labels]));
    for (const [where, expr] of expressions)
      for (const { name, labels } of namesIn(expr)) {
        const metric = name.replace(/_(?:bucket|sum|count)$/, '');
        const known = exported.has(name) ? name : metric;
        assert.ok(name === 'up' || exported.has(known), `${where}: no service has the metric ${name}`);
        if (name !== known) assert.equal(exported.get(known), 'histogram', `${where}: ${name}`);
        const own = [...(declared.get(known) ?? []), 'job', 'instance', ...(name === known ? [] : ['le'])];
        for (const label of labels) assert.ok(own.includes(label), `${where}: ${name} has no label ${label}`);
      }
  });

  test('sum by labels that some metric of the expression has', () => {
    const declared = new Map(metricsOf().map(({ name, labels }) => [name, labels]));
    for (const [where, expr] of expressions) {
      const own = namesIn(expr).flatMap(({ name }) => [
        ...(declared.get(name) ?? declared.get(name.replace(/_(?:bucket|sum|count)$/, '')) ?? []),
      ]);
      for (const label of labelsIn(expr))
        assert.ok([...own, 'job', 'instance', 'le'].includes(label), `${where}: no metric has the label ${label}`);
    }
  });

  test('are on a board whose panels do not overlap', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of board.panels)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on ${taken.get(`${x} ${y}`)}`);
          assert.ok(x < 24, title);
          taken.set(`${x} ${y}`, title);
        }
  });
});
