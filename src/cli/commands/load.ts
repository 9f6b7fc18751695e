import { Command } from 'commander';
import { LIMIT_KINDS, type LlmLoad } from '../../schema/load.js';
import { callJson } from '../client.js';
import { options } from '../options.js';
import { print, table } from '../output.js';

function row(llm: LlmLoad): (string | number)[] {
  const used = LIMIT_KINDS.map((kind) => (llm[kind] === null ? '' : `${llm[kind].used} of ${llm[kind].limit}`));
  return [llm.model, ...used, llm.price.toFixed(3), llm.full ?? ''];
}

export function loadCommand(): Command {
  return new Command('load')
    .description('how near the LLMs of a running service are to their declared limits')
    .addOption(options.url())
    .action(async ({ url }: { url: string }) => {
      const { models } = await callJson<{ models: LlmLoad[] }>(url, 'GET', '/v1/load');
      print(
        table(
          ['LLM', 'requests a minute', 'tokens a minute', 'in flight', 'price', 'out of the rankings'],
          models.map(row),
        ),
      );
    });
}
