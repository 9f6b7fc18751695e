import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { filledFrom, plainId, readCatalogue, suggest, warningsOn } from '../../src/catalog/suggest.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { temporaryFolder } from '../support/temporary.js';

const NOW = Date.UTC(2026, 10, 29);
const catalogue = readCatalogue();
const matched = (...ids: string[]): unknown[] =>
  suggest(ids, catalogue, NOW).map(({ id, match, entry }) => [id, match, entry.profile.id]);

describe('the catalogue', () => {
  test('has at least 60 LLMs, each once, with where its facts are from', () => {
    assert.ok(catalogue.length >= 60);
    assert.equal(new Set(catalogue.map(({ profile }) => plainId(profile.id))).size, catalogue.length);
    for (const { profile } of catalogue) {
      const sourced = profile.input_price !== undefined || profile.benchmarks !== undefined;
      assert.ok(!sourced || (profile.sources ?? []).length > 0, profile.id);
      assert.ok(profile.context_tokens !== undefined && profile.description !== undefined, profile.id);
    }
    assert.ok(catalogue.filter(({ profile }) => profile.input_price !== undefined).length >= 60);
    assert.ok(catalogue.filter(({ profile }) => profile.benchmarks !== undefined).length >= 50);
  });

  test('is matched to ids as providers and logs write them', () => {
    assert.deepEqual(
      matched(
        'us.anthropic.claude-3-5-haiku-20241022-v1:0',
        'openai/gpt-4o-mini-2024-07-18',
        'gpt-5-mini',
        'accounts/fireworks/models/llama-v3p1-405b-instruct',
        'meta-llama/Meta-Llama-3.1-8B-Instruct-FP8',
        'deepseek/deepseek-r1:free',
        'qwen/qwen3-30b-a3b',
        'gemini-2.5-pro-preview-06-05',
      ),
      [
        ['us.anthropic.claude-3-5-haiku-20241022-v1:0', 'same', 'anthropic/claude-3-5-haiku'],
        ['openai/gpt-4o-mini-2024-07-18', 'likely', 'openai/gpt-4o-mini'],
        ['gpt-5-mini', 'same', 'openai/gpt-5-mini'],
        ['accounts/fireworks/models/llama-v3p1-405b-instruct', 'same', 'meta-llama/llama-3.1-405b-instruct'],
        ['meta-llama/Meta-Llama-3.1-8B-Instruct-FP8', 'likely', 'meta-llama/llama-3.1-8b-instruct'],
        ['deepseek/deepseek-r1:free', 'same', 'deepseek/deepseek-r1'],
        ['qwen/qwen3-30b-a3b', 'same', 'qwen/qwen3-30b-a3b'],
        ['gemini-2.5-pro-preview-06-05', 'likely', 'google/gemini-2.5-pro'],
      ],
    );
  });

  test('matches nothing to what it does not have, nor another size', () => {
    assert.deepEqual(matched('our-own-model', 'llama-3.1-9b-instruct', 'gpt-5-chat', 'gpt-4-0613', 'claude', ''), []);
  });
});

test('a price that is old, and an LLM that is taken away, are warned of', () => {
  const llm = (facts: object): LlmProfile => LlmProfile.parse({ id: 'a', ...facts });
  const priced = { input_price: 1, sources: [{ source: 'x', date: '2026-01-01' }] };
  assert.deepEqual(warningsOn(llm(priced), null, NOW), ['its price was read 332 days ago']);
  assert.deepEqual(warningsOn(llm({ ...priced, sources: [{ source: 'x', date: '2026-11-01' }] }), null, NOW), []);
  assert.deepEqual(warningsOn(llm({}), '2026-05-14', NOW), ['retired on 2026-05-14']);
  assert.deepEqual(warningsOn(llm({}), '2027-05-14', NOW), ['to be retired on 2027-05-14']);
});

test('facts that are declared stay; the others are filled in', () => {
  const entry = catalogue.find(({ profile }) => profile.id === 'meta-llama/llama-3.1-8b-instruct')!;
  const declared = LlmProfile.parse({ id: 'mine', input_price: 9, benchmarks: { mmlu: 0.1, own: 0.5 } });
  const filled = LlmProfile.parse(filledFrom(declared, entry));
  assert.deepEqual([filled.id as string, filled.input_price, filled.size_b], ['mine', 9, 8.03]);
  assert.equal(filled.output_price, undefined, 'prices of two providers do not mix');
  assert.equal(filled.benchmarks!['mmlu' as never], 0.1);
  assert.equal(filled.benchmarks!['own' as never], 0.5);
  assert.equal(filled.benchmarks!['gsm8k' as never], entry.profile.benchmarks!['gsm8k' as never]);
  assert.equal(filled.extra, undefined);
});

test('the catalogue is brought up to date with the tables of LiteLLM and models.dev', () => {
  const { path: root, remove } = temporaryFolder();
  try {
    mkdirSync(join(root, 'models/catalog'), { recursive: true });
    cpSync(join(packageRoot, 'package.json'), join(root, 'package.json'));
    cpSync(join(packageRoot, 'dist'), join(root, 'dist'), {
      recursive: true,
      filter: (path) => !path.includes('/dist/test'),
    });
    execFileSync('ln', ['-s', join(packageRoot, 'node_modules'), join(root, 'node_modules')]);
    const file = join(root, 'models/catalog/llms.yaml');
    writeFileSync(
      file,
      '- id: maker/one\n  input_price: 1\n  extra: {tables: {litellm: one, models_dev: maker/one}}\n' +
        '- id: maker/two\n  extra: {tables: {litellm: gone}}\n',
    );
    const litellm = join(root, 'litellm.json');
    const entry = {
      input_cost_per_token: 2.5e-7,
      output_cost_per_token: 2e-6,
      cache_read_input_token_cost: 2.5e-8,
      max_input_tokens: 272000,
      supports_function_calling: true,
      supports_vision: true,
      deprecation_date: '2027-01-01',
    };
    writeFileSync(litellm, JSON.stringify({ one: entry }));
    const dev = join(root, 'api.json');
    const listed = {
      cost: { input: 0.25, output: 1.5 },
      limit: { context: 400000 },
      modalities: { input: ['text', 'image', 'pdf'] },
      tool_call: true,
      reasoning: true,
    };
    writeFileSync(dev, JSON.stringify({ maker: { models: { one: listed } } }));
    const script = join(root, 'dist/scripts/catalog.js');
    const run = (...args: string[]): string =>
      execFileSync(process.execPath, [script, ...args, '--date', '2026-11-29'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    assert.match(run('--litellm', litellm, '--check'), /^maker\/one  input_price: 1 → 0\.25$/m);
    assert.match(readFileSync(file, 'utf8'), /input_price: 1\n/);
    run('--litellm', litellm, '--models-dev', dev);
    const [one, two] = readCatalogue(join(root, 'models/catalog'));
    assert.deepEqual(
      { ...one!.profile, sources: undefined, extra: undefined },
      {
        id: 'maker/one',
        input_price: 0.25,
        output_price: 1.5,
        cached_input_price: 0.025,
        context_tokens: 400_000,
        capabilities: ['tools', 'vision', 'reasoning'],
        modalities: ['text', 'image', 'file'],
        sources: undefined,
        extra: undefined,
      },
    );
    assert.deepEqual([one!.retired, one!.profile.sources!.length, two!.profile.sources], ['2027-01-01', 2, undefined]);
    assert.doesNotMatch(run('--litellm', litellm, '--models-dev', dev), /→/);
  } finally {
    remove();
  }
});
