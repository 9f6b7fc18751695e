import type { Interaction } from '../../schema/feedback.js';
import type { Connection } from './connection.js';
import type { TaskUsage } from '../ports/feedback.js';

interface Sums {
  completion_tokens: number;
  completion_tokens_n: number;
  log_latency: number;
  log_latency_squares: number;
  latency_n: number;
}

const COLUMNS = [
  'completion_tokens',
  'completion_tokens_n',
  'log_latency',
  'log_latency_squares',
  'latency_n',
] as const satisfies (keyof Sums)[];

/** What an answer took; its query doesn't matter. */
export type Taken = Pick<Interaction, 'error' | 'completion_tokens' | 'latency_ms'>;

/** Sums of one transaction's answers per LLM and task, added to the table at its end. */
export interface UsageSession {
  interaction(llm: number, task: number | null, value: Taken): void;
  flush(): void;
}

export interface LlmUsage {
  session(): UsageSession;
  /** By LLM. */
  read(): Map<string, TaskUsage[]>;
}

/** How long LLMs' answers are and take, by task. Answers with an error say nothing of either. */
export function createLlmUsage({ db }: Connection): LlmUsage {
  const add = db.prepare(
    `INSERT INTO llm_usage (llm, task, ${COLUMNS.join(', ')}) VALUES (@llm, @task,
     ${COLUMNS.map((c) => `@${c}`).join(', ')})
     ON CONFLICT (llm, task) DO UPDATE SET ${COLUMNS.map((c) => `${c} = ${c} + excluded.${c}`).join(', ')}`,
  );
  const rows = db.prepare<[], Sums & { model: string; name: string | null }>(
    `SELECT llm.name AS model, task.name, ${COLUMNS.map((c) => `u.${c}`).join(', ')} FROM llm_usage u JOIN llm ` +
      'ON llm.id = u.llm LEFT JOIN task ON task.id = u.task',
  );
  return {
    session() {
      const sums = new Map<string, Sums & { llm: number; task: number }>();
      return {
        interaction(llm, task, { error, completion_tokens: tokens, latency_ms: latency }) {
          if (error !== undefined || (tokens === undefined && latency === undefined)) return;
          const key = `${llm} ${task}`;
          let own = sums.get(key);
          if (own === undefined)
            sums.set(
              key,
              (own = {
                llm,
                task: task ?? 0,
                completion_tokens: 0,
                completion_tokens_n: 0,
                log_latency: 0,
                log_latency_squares: 0,
                latency_n: 0,
              }),
            );
          if (tokens !== undefined) {
            own.completion_tokens += tokens;
            own.completion_tokens_n++;
          }
          if (latency !== undefined) {
            const log = Math.log(Math.max(1, latency));
            own.log_latency += log;
            own.log_latency_squares += log * log;
            own.latency_n++;
          }
        },
        flush() {
          for (const own of sums.values()) add.run(own);
          sums.clear();
        },
      };
    },
    read() {
      const byModel = new Map<string, TaskUsage[]>();
      for (const row of rows.iterate()) {
        const own = byModel.get(row.model) ?? [];
        own.push({
          task: row.name,
          completionTokens: row.completion_tokens,
          completionTokensN: row.completion_tokens_n,
          logLatency: row.log_latency,
          logLatencySquares: row.log_latency_squares,
          latencyN: row.latency_n,
        });
        byModel.set(row.model, own);
      }
      return byModel;
    },
  };
}
