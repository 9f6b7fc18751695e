import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { blocksOf, missingFrom, strayCommands } from '../../scripts/docs/blocks.js';
import { commandsPage } from '../../scripts/docs/commands.js';
import { errorsPage } from '../../scripts/docs/errors.js';
import { programOf } from '../../src/cli/program.js';
import { drawFlowchart, readFlowchart } from '../../scripts/docs/flowchart.js';
import { httpPage } from '../../scripts/docs/http.js';
import { COPIED, relinked, targetOf } from '../../scripts/docs/links.js';
import { metricsOf, metricsPage } from '../../scripts/docs/metrics.js';
import { inlinePictures } from '../../scripts/docs/pictures.js';
import { settingsPage } from '../../scripts/docs/settings.js';
import { listed } from '../../scripts/docs/sidebar.js';
import type { ApiDocument } from '../../scripts/docs/types.js';
import { ERROR_CODES } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/paths.js';
import { startService } from '../http/service.js';
import { pages } from './pages.js';

const read = (path: string): string => readFileSync(join(packageRoot, path), 'utf8');
const openapi = JSON.parse(read('dist/openapi.json')) as ApiDocument;
/** A name as it is shown, with what Markdown would read as its own. */
const shown = (text: string): string =>
  text.replaceAll('_', '&#95;').replaceAll('{', '&#123;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

describe('the site', () => {
  test('has every document in its sidebar', () => {
    for (const { path } of pages()) {
      const page = COPIED[path] === undefined ? path.replace(/^docs\//, '') : `reference/${COPIED[path]}`;
      if (path !== 'README.md' && path !== 'docs/index.md') assert.ok(listed.includes(page), `${path} is in no group`);
    }
  });

  test('has links that lead to pages and headings that are there', () => {
    const slug = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
    const headings = (text: string): string[] => Array.from(text.matchAll(/^#+ (.*)$/gm), ([, title]) => slug(title!));
    for (const { path, text } of pages())
      for (const [, href] of text.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)) {
        const target = targetOf(path, href!);
        const full = 'page' in target ? fileOf(target.page) : 'file' in target ? target.file : path;
        if (full === undefined || /^https?:/.test(href!)) continue;
        assert.ok(existsSync(join(packageRoot, full)), `${path}: ${href} leads to ${full}, which is not there`);
        const [, anchor] = href!.split('#');
        if (anchor === undefined || !full.endsWith('.md')) continue;
        const there = headings(read(full)).some((one) => one.replaceAll(/^-|-$/g, '') === slug(anchor));
        assert.ok(there, `${path}: ${href}: no heading has this name`);
      }
  });

  /** The document that a page is made of; undefined for what is made of the code. */
  function fileOf(page: string): string | undefined {
    const [path = ''] = page.split('#');
    const copied = Object.entries(COPIED).find(([, name]) => `reference/${name}` === path);
    if (copied !== undefined) return copied[0];
    if (path.startsWith('reference/')) return undefined;
    return path === 'index.md' ? 'README.md' : `docs/${path}`;
  }

  test('has the documents of other folders with links from where they are', () => {
    const text = 'See [a](docs/errors.md#form), [`b`](src/base/errors.ts), [c](https://x.org) and `[d](docs/e.md)`.';
    assert.equal(
      relinked(text, 'CONTRIBUTING.md', 'reference/contributing.md'),
      'See [a](../errors.md#form), `b`, [c](https://x.org) and `[d](docs/e.md)`.',
    );
    assert.deepEqual(targetOf('docs/how-to/a.md', '../../README.md'), { page: 'index.md' });
    assert.deepEqual(targetOf('docs/a.md', '../docker/README.md#x'), { page: 'reference/containers.md#x' });
  });

  test('has pictures in its pages, in the colours of the page', () => {
    const page = inlinePictures('a\n![A "b"](p/x.svg)\n', () => '<svg viewBox="0 0 1 1">\n  <style>x</style>\n</svg>');
    assert.match(page, /^a\n\n<svg v-pre class="picture" role="img" aria-label="A &quot;b&quot;" viewBox="0 0 1 1">/);
    assert.doesNotMatch(page, /<style>/);
  });

  test('draws the picture of the rooms', () => {
    const chart = read('docs/architecture.md');
    const { nodes, edges } = readFlowchart(chart);
    assert.ok(nodes.size > 30 && edges.length > 40);
    const svg = drawFlowchart(chart);
    for (const label of nodes.values()) assert.ok(svg.includes(`>${label}</text>`), label);
    assert.equal(svg.match(/<path/g)?.length, edges.length);
  });
});

describe('the reference', () => {
  test('has every operation and every schema', () => {
    const { text } = httpPage(openapi);
    for (const [path, methods] of Object.entries(openapi.paths))
      for (const method of Object.keys(methods))
        assert.ok(text.includes(`>${shown(`${method.toUpperCase()} ${path}`)}</code>`), `${method} ${path}`);
    for (const name of Object.keys(openapi.components.schemas))
      assert.ok(text.includes(`{#schema-${name.toLowerCase()}}`), name);
    for (const [, anchor] of text.matchAll(/\]\(#([\w-]+)\)/g)) assert.ok(text.includes(`{#${anchor}}`), anchor);
  });

  test('has every command, with its flags', async () => {
    const { commands } = await programOf();
    const { text } = commandsPage(commands);
    for (const command of commands) assert.match(text, new RegExp(`^## ${command.name()}$`, 'm'));
    for (const name of ['import', 'experiments put', 'models apply', 'keys create'])
      assert.match(text, new RegExp(`^#{2,3} ${name}$`, 'm'));
    assert.ok(text.includes(shown('--min-new <number>')));
  });

  test('has every error code, with what to do', () => {
    const { text } = errorsPage(read('docs/errors.md'));
    for (const code of Object.keys(ERROR_CODES)) {
      const row = text.split('\n').find((line) => line.startsWith(`| <code v-pre>${shown(code)}</code>`));
      const cells = row?.split(' | ') ?? [];
      assert.ok(cells.length >= 6 && cells.every((one) => one.trim() !== ''), `${code}: ${row}`);
    }
  });

  test('has every environment variable that the code reads', async () => {
    const { text } = settingsPage((await programOf()).commands, read('docs/operations.md'), openapi);
    for (const name of ['POINTSMAN_DATA', 'POINTSMAN_API_KEY', 'POINTSMAN_WEBHOOK_SECRET', 'POINTSMAN_ENCODER_MODULES'])
      assert.ok(text.includes(`<code v-pre>${shown(name)}</code>`), name);
    assert.ok(text.includes('PUT /v1/retention'));
  });

  test('has the metrics that a service answers', async () => {
    const service = await startService({ app: { openMetrics: true } });
    const text = await (await fetch(`${service.url}/metrics`)).text();
    await service.remove();
    const answered = Array.from(text.matchAll(/^# TYPE (\w+) /gm), ([, name]) => name!);
    assert.deepEqual(
      answered.toSorted(),
      metricsOf().map(({ name }) => name),
    );
    assert.ok(metricsPage().text.includes(shown('pointsman_ledger_writable')));
  });
});

describe('commands of a document', () => {
  const page = [
    '```yaml\n# a.yaml\nb: 1\n```',
    '<!-- not run: it needs a GPU -->\n```sh\nnpm run x\n```',
    '<!-- run by test/a.test.ts -->\n```bash\ny\n```',
    '```sh\ncurl x\n```\n```json\n{"a": 1}\n```',
    'Text.\n\n    curl y\n',
  ].join('\n\n');

  test('are found with what becomes of them', () => {
    assert.deepEqual(blocksOf(page), [
      { file: { line: 1, name: 'a.yaml', text: '# a.yaml\nb: 1\n' } },
      { command: { line: 7, text: 'npm run x', notRun: 'it needs a GPU' } },
      { command: { line: 12, text: 'y', runBy: 'test/a.test.ts' } },
      { command: { line: 16, text: 'curl x', shown: '{"a": 1}' } },
    ]);
    assert.deepEqual(strayCommands(page), [25]);
  });

  test('are held against what the document shows of them', () => {
    assert.equal(
      missingFrom('{"id":"01a2285c-efa4-7000","n":17,"b":[]}', '{"id": "01ffffff-0000-7000", "n": 3, …'),
      undefined,
    );
    assert.equal(missingFrom('one\ntwo', 'two\n…\none'), 'one');
  });
});
