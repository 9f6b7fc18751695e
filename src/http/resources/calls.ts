import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { CallAnswer } from '../../endpoint/types.js';
import { anthropicErrorForm, openAiErrorForm } from '../../protocol/errors.js';
import { readCall } from '../../protocol/read.js';
import type { Api, Call, JsonObject } from '../../protocol/types.js';
import type { Context } from '../context.js';
import { bytesReply, SSE_TYPE, streamReply, type Answer } from '../kit/answer.js';
import { JSON_TYPE } from '../kit/body.js';
import type { ErrorForm } from '../kit/error-form.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';
import { ROUTE_ERRORS } from './route.js';

/** A body as it came, and what is read of it. */
interface CallBody {
  call: Call;
  text: string;
  value: JsonObject;
}

/** One form in which LLMs are called. */
interface CallForm {
  api: Api;
  path: string;
  summary: string;
  /** What the body must have; all else that the form has is passed on. */
  fields: z.ZodRawShape;
  streams: boolean;
  errorForm: ErrorForm;
}

const Model = z
  .string()
  .min(1)
  .max(300)
  .describe('`auto`, `auto:<policy>`, or the id of an LLM; what `pointsman` of the body says goes with it');
const Items = z.array(z.looseObject({})).min(1).max(10_000);
const InputText = z.string().max(30_000_000);
const stream = z.boolean().optional();

const FORMS: readonly CallForm[] = [
  {
    api: 'chat',
    path: '/v1/chat/completions',
    summary: 'Call an LLM: OpenAI’s chat completions',
    fields: { model: Model, messages: Items, stream },
    streams: true,
    errorForm: openAiErrorForm,
  },
  {
    api: 'responses',
    path: '/v1/responses',
    summary: 'Call an LLM: OpenAI’s responses',
    fields: { model: Model, input: z.union([InputText, Items]), stream },
    streams: true,
    errorForm: openAiErrorForm,
  },
  {
    api: 'messages',
    path: '/v1/messages',
    summary: 'Call an LLM: Anthropic’s messages',
    fields: { model: Model, messages: Items, max_tokens: z.int().min(1).max(1e9), stream },
    streams: true,
    errorForm: anthropicErrorForm,
  },
  {
    api: 'embeddings',
    path: '/v1/embeddings',
    summary: 'Call an LLM that embeds: OpenAI’s embeddings',
    fields: { model: Model, input: z.union([InputText, z.array(z.unknown()).min(1).max(10_000)]) },
    streams: false,
    errorForm: openAiErrorForm,
  },
];

/** A signal that is aborted where the client goes away before it is answered. */
function goneSignal({ socket }: IncomingMessage): { signal: AbortSignal; answered(): void } {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  socket.once('close', abort);
  return { signal: gone.signal, answered: () => void socket.off('close', abort) };
}

function replyOf(answer: CallAnswer): Answer {
  const { status, headers } = answer;
  if (answer.kind === 'text') return bytesReply(answer.body, { 'content-type': JSON_TYPE, ...headers }, status);
  const { deliver, discard } = answer;
  return streamReply({ open: deliver, discard }, { 'content-type': SSE_TYPE, 'cache-control': 'no-cache', ...headers });
}

export function callOperations({ endpoint }: Pick<Context, 'endpoint'>): Operation[] {
  return FORMS.map(({ api, path, summary, fields, streams, errorForm }) =>
    operation({
      method: 'POST',
      path,
      tag: 'calls',
      scope: 'call',
      writes: false,
      summary,
      description:
        'Fields that are not listed are passed on as they are. Headers of the answer tell the decision ' +
        '(`x-pointsman-decision`), the LLM (`x-pointsman-model`) and the policy (`x-pointsman-policy`); ' +
        '`x-pointsman-dry-run: true` decides without calling.',
      large: true,
      streams: true,
      body: requiredBody(
        z.looseObject(fields).meta({ id: `${api[0]!.toUpperCase()}${api.slice(1)}Call` }),
        (value, text): CallBody => ({ call: readCall(api, value), text, value: value as JsonObject }),
      ),
      answers: {
        200: {
          description: 'What the LLM answered, with its `model` and `id` as Pointsman’s',
          schema: z.looseObject({}),
          ...(streams && { types: [JSON_TYPE, SSE_TYPE] }),
        },
      },
      errors: [...ROUTE_ERRORS, 'model_not_found', 'provider_failed', 'provider_timeout', 'provider_limited'],
      errorForm,
      async run({ body, caller, request }) {
        const { signal, answered } = goneSignal(request);
        try {
          return replyOf(await endpoint.call({ ...body, headers: request.headers, caller, signal }));
        } finally {
          answered();
        }
      },
    }),
  );
}
