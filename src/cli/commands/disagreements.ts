import { Command } from 'commander';
import { plainLines } from '../../base/plain-text.js';
import type { Disagreement, DisagreementList } from '../../schema/shadow.js';
import { integer } from '../options.js';
import { answer, print, table } from '../output.js';
import { overApi } from '../target.js';

/** Characters of a query that a row shows. */
const SHOWN = 60;

function textOf({ query }: Disagreement): string {
  if (query === null) return '–';
  const line = plainLines(query).replaceAll(/\s+/g, ' ');
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN - 1).toWellFormed()}…`;
}

/** Expected quality of both LLMs, by the scores of what is in force. */
function qualities({ expected }: Disagreement): [string, string] {
  const { active, candidate } = expected?.active ?? {};
  return [active?.quality.toFixed(3) ?? '–', candidate?.quality.toFixed(3) ?? '–'];
}

export function disagreementsCommand(): Command {
  return overApi<{ limit: number; before?: string }>(
    new Command('disagreements')
      .description('queries that a shadow would have sent elsewhere, newest first')
      .argument('<name>')
      .option('--limit <number>', 'how many', integer(1, 1000), 20)
      .option('--before <decision>', 'only those from before this decision'),
    { json: '{"disagreements": […], "next": the --before of the next page}' },
    async ({ ask }, { json, limit, before }, name) => {
      const wanted = new URLSearchParams({ limit: String(limit), ...(before !== undefined && { before }) });
      const path = `/v1/experiments/${encodeURIComponent(name)}/disagreements?${wanted}`;
      const found = await ask<DisagreementList>('GET', path);
      const rows = found.disagreements.map((one) => [
        one.decision_id,
        one.at,
        one.model,
        one.candidate,
        ...qualities(one),
        one.better ?? '–',
        textOf(one),
      ]);
      answer(json, found, () =>
        print(table(['decision', 'at', 'chosen', 'shadow', 'quality', 'shadow’s', 'better', 'query'], rows)),
      );
    },
  );
}
