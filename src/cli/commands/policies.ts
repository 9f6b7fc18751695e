import { Command } from 'commander';
import { stringify } from 'yaml';
import type { Policy } from '../../schema/policy.js';
import { call, callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { options } from '../options.js';
import { print, printJson, table } from '../output.js';
import { describePreview, previewOf, previewOptions, type PreviewSettings } from '../preview-page.js';
import type { Preview } from '../../schema/preview.js';
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

export function policiesCommand(): Command {
  const list = new Command('list')
    .description('list the policies')
    .addOption(options.url())
    .action(async ({ url }: ServiceSettings) => {
      const { policies } = await callJson<{ policies: Policy[] }>(url, 'GET', '/v1/policies');
      print(
        table(
          ['policy', 'rules', 'description'],
          policies.map((policy) => [
            policy.name,
            rulesOf(policy),
            policy.description ?? (policy.built_in ? 'built in' : ''),
          ]),
        ),
      );
    });
  const show = new Command('show')
    .description('print a policy as YAML')
    .argument('<name>')
    .addOption(options.url())
    .action(async (name: string, { url }: ServiceSettings) =>
      print(stringify(await callJson(url, 'GET', pathOf(name))).trimEnd()),
    );
  const put = new Command('put')
    .description('make or replace a policy from a YAML or JSON file of its rules')
    .argument('<name>')
    .argument('<file>')
    .addOption(options.url())
    .action(async (name: string, file: string, { url }: ServiceSettings) =>
      print(rulesOf(await callJson<Policy>(url, 'PUT', pathOf(name), readYamlFile(file)))),
    );
  const preview = previewOptions(
    new Command('preview')
      .description('estimate what a policy would have earned, from logged decisions')
      .argument('<policy>', 'its name, or a YAML or JSON file of its rules'),
  )
    .addOption(options.url())
    .action(async (policy: string, { url, json, ...settings }: ServiceSettings & PreviewSettings) => {
      const found = await callJson<Preview>(url, 'POST', '/v1/policies/preview', previewOf(policy, settings));
      if (json) printJson(found);
      else print(describePreview(found));
    });
  const remove = new Command('delete')
    .description('remove a policy of your own')
    .argument('<name>')
    .addOption(options.url())
    .action(async (name: string, { url }: ServiceSettings) => {
      await call(url, 'DELETE', pathOf(name));
      print(`${name} deleted`);
    });
  return group('policies', 'how a running service routes', [list, show, put, preview, remove]);
}
