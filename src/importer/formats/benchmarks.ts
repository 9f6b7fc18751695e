import { countOf, numberOf, taskOf, textOf, timeOf, valueOf } from './fields.js';
import { promptIn } from './prompt.js';
import { RowError, type LogFormat, type Row, type Told } from './types.js';

/** LLMs of a row of RouterBench: columns that others tell more of. */
const llmsIn = (row: Row): string[] =>
  Object.keys(row).filter((column) => `${column}|total_cost` in row || `${column}|model_response` in row);

/** RouterBench's table: a row a prompt, columns for each LLM. Its pickle is never read: see the error of `inspect`. */
export const routerbench: LogFormat = {
  name: 'routerbench',
  title: 'RouterBench table',
  columns: [
    ['prompt', 'query'],
    ['eval_name', 'task'],
    ['<LLM>', 'score of the LLM'],
    ['<LLM>|total_cost', 'cost_usd of the LLM'],
  ],
  fits: (row) => 'prompt' in row && llmsIn(row).length > 0,
  read(row, { scaled }) {
    const query = promptIn(valueOf(row, 'prompt'));
    const task = taskOf(textOf(row, 'eval_name'));
    const told = llmsIn(row).flatMap((model): Told[] => {
      const score = numberOf(row, model);
      if (score === undefined) return [];
      const cost = numberOf(row, `${model}|total_cost`);
      return [{ kind: 'interaction', value: { query, model, task, score: scaled(model, score), cost_usd: cost } }];
    });
    return { told };
  },
};

/** LLMRouterBench's records: one LLM's answer each. */
export const llmrouterbench: LogFormat = {
  name: 'llmrouterbench',
  title: 'LLMRouterBench records',
  columns: [
    ['origin_query, prompt', 'query'],
    ['model, model_name', 'model'],
    ['score', 'score'],
    ['dataset, task', 'task'],
    ['prompt_tokens, completion_tokens, cost', 'prompt_tokens, completion_tokens, cost_usd'],
  ],
  fits: (row) => 'origin_query' in row && ('prediction' in row || 'score' in row),
  read(row, { scaled }) {
    const score = numberOf(row, 'score');
    const model = textOf(row, 'model', 'model_name', 'llm');
    if (model === undefined) throw new RowError('model', 'the LLM (a column, or --set model=ID)', 'nothing');
    return {
      told: [
        {
          kind: 'interaction',
          value: {
            query: promptIn(valueOf(row, 'origin_query', 'prompt')),
            model,
            score: score === undefined ? undefined : scaled('score', score),
            task: taskOf(textOf(row, 'dataset', 'dataset_name', 'task', 'task_name')),
            prompt_tokens: countOf(row, 'prompt_tokens'),
            completion_tokens: countOf(row, 'completion_tokens'),
            cost_usd: numberOf(row, 'cost'),
          },
        },
      ],
    };
  },
};

/** Who won a battle: 1 the first, −1 the second, 0 neither; undefined where a row does not tell. */
function winnerIn(row: Row): -1 | 0 | 1 | undefined {
  const word = textOf(row, 'winner')?.toLowerCase();
  if (word !== undefined) {
    if (word === 'model_a' || word === 'a') return 1;
    if (word === 'model_b' || word === 'b') return -1;
    if (word.startsWith('tie') || word.startsWith('both') || word === 'neither') return 0;
    throw new RowError('winner', 'model_a, model_b or tie', JSON.stringify(word));
  }
  const [a, b, tie] = [numberOf(row, 'winner_model_a'), numberOf(row, 'winner_model_b'), numberOf(row, 'winner_tie')];
  if (a === undefined && b === undefined && tie === undefined) return undefined;
  return a === b ? 0 : (a ?? 0) > (b ?? 0) ? 1 : -1;
}

/** Battles of two LLMs, as RouteLLM and Chatbot Arena publish them. A tie is a win of each. */
export const battles: LogFormat = {
  name: 'arena-battles',
  title: 'RouteLLM and Chatbot Arena battles',
  columns: [
    ['prompt, conversation_a', 'query'],
    ['model_a, model_b', 'better_model, worse_model'],
    ['winner, winner_model_a, winner_model_b, winner_tie', 'which of them is better; both where it is a tie'],
    ['tstamp, timestamp', 'at'],
  ],
  fits: (row) =>
    'model_a' in row && 'model_b' in row && ('winner' in row || 'winner_model_a' in row || 'winner_tie' in row),
  read(row) {
    const winner = winnerIn(row);
    if (winner === undefined) return null;
    const [a, b] = [textOf(row, 'model_a'), textOf(row, 'model_b')];
    // Of itself an LLM is neither better nor worse.
    if (a === b) return null;
    const prompt = valueOf(row, 'prompt', 'conversation_a', 'question');
    const common = {
      // Of several turns the first is asked of both alike.
      query: promptIn(Array.isArray(prompt) ? [prompt[0]] : prompt),
      task: taskOf(textOf(row, 'task', 'category')),
      at: timeOf(row, 'tstamp', 'timestamp'),
    };
    const won = (better: unknown, worse: unknown): Told => ({
      kind: 'preference',
      value: { ...common, better_model: better, worse_model: worse },
    });
    const told = winner === 0 ? [won(a, b), won(b, a)] : [winner > 0 ? won(a, b) : won(b, a)];
    return { told };
  },
};
