import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Policy } from '../../schema/policy.js';
import { group } from '../group.js';
import { answer, print, table } from '../output.js';
import { describePreview, previewOf, previewOptions, type PreviewSettings } from '../preview-page.js';
import type { Preview } from '../../schema/preview.js';
import { overApi } from '../target.js';
import { readYamlFile } from '../yaml-file.js';

const pathOf = (name: string): string => `/v1/policies/${encodeURIComponent(name)}`;

function valueOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The rules of a policy on one line. */
function rulesOf({ name: _name, built_in: _builtIn, description: _description, ...rules }: Policy): string {
  return Object.entries(rules)
    .map(([rule, value]) => `${rule} ${valueOf(value)}`)
    .join('; ');
}

function previewCommand(): Command {
  const command = new Command('preview')
    .description('estimate what a policy would have earned, from logged decisions')
    .argument('<policy>', 'its name, or a YAML or JSON file of its rules');
  return overApi<PreviewSettings>(
    previewOptions(command),
    { json: 'the preview' },
    async ({ ask }, { json, ...settings }, policy) => {
      const found = await ask<Preview>('POST', '/v1/policies/preview', previewOf(policy, settings));
      answer(json, found, () => print(describePreview(found)));
    },
  );
}

export function policiesCommand(): Command {
  const list = overApi(
    new Command('list').description('list the policies'),
    { json: '{"policies": [Policy]}' },
    async ({ ask }, { json }) => {
      const found = await ask<{ policies: Policy[] }>('GET', '/v1/policies');
      const rows = found.policies.map((policy) => [
        policy.name,
        rulesOf(policy),
        policy.description ?? (policy.built_in ? 'built in' : ''),
      ]);
      answer(json, found, () => print(table(['policy', 'rules', 'description'], rows)));
    },
  );
  const show = overApi(
    new Command('show').description('print a policy as YAML').argument('<name>'),
    { json: 'the policy' },
    async ({ ask }, { json }, name) => {
      const found = await ask<Policy>('GET', pathOf(name));
      answer(json, found, () => print(stringify(found).trimEnd()));
    },
  );
  const put = overApi(
    new Command('put')
      .description('make or replace a policy from a YAML or JSON file of its rules')
      .argument('<name>')
      .argument('<file>'),
    { json: 'the policy' },
    async ({ ask }, { json }, name, file) => {
      const now = await ask<Policy>('PUT', pathOf(name), readYamlFile(file));
      answer(json, now, () => print(rulesOf(now)));
    },
  );
  const remove = overApi(
    new Command('delete').description('remove a policy of your own').argument('<name>'),
    { json: '{"deleted": NAME}' },
    async ({ call }, { json }, name) => {
      await call('DELETE', pathOf(name));
      answer(json, { deleted: name }, () => print(`${name} deleted`));
    },
  );
  return group('policies', 'how queries are routed', [list, show, put, previewCommand(), remove]);
}
