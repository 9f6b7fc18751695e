import { Command } from 'commander';
import { LIMIT_KINDS, type LlmLoad } from '../../schema/load.js';
import { answer, print, table } from '../output.js';
import { paint } from '../paint.js';
import { overApi } from '../target.js';

function row(llm: LlmLoad): (string | number)[] {
  const used = LIMIT_KINDS.map((kind) => (llm[kind] === null ? '' : `${llm[kind].used} of ${llm[kind].limit}`));
  return [llm.model, ...used, llm.price.toFixed(3), paint('red', llm.full ?? '')];
}

export function loadCommand(): Command {
  return overApi(
    new Command('load').description('how near the LLMs are to their declared limits'),
    { json: '{"models": [the load of each LLM]}' },
    async ({ ask }, { json }) => {
      const found = await ask<{ models: LlmLoad[] }>('GET', '/v1/load');
      answer(json, found, () =>
        print(
          table(
            ['LLM', 'requests a minute', 'tokens a minute', 'in flight', 'price', 'out of the rankings'],
            found.models.map(row),
          ),
        ),
      );
    },
  );
}
