import { LoadList } from '../schema/load.js';
import type { Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

export function loadResource({ load }: Context): Resource {
  return {
    path: '/v1/load',
    tag: 'health',
    operations: {
      get: {
        summary: 'How near LLMs are to their declared limits',
        answers: { 200: { description: 'Every LLM that declares limits, by id', schema: LoadList } },
        errors: [],
        handlers: [
          (_req, res) => {
            load.refresh();
            sendJson(res, 200, JSON.stringify({ models: load.list() }));
          },
        ],
      },
    },
  };
}
