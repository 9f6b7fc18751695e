import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { CallAnswer, StopReason } from '../../endpoint/types.js';
import { anthropicErrorForm, openAiErrorForm } from '../../protocol/errors.js';
import { CALL_BODIES, readCall } from '../../protocol/read.js';
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
  streams: boolean;
  errorForm: ErrorForm;
}

const FORMS: readonly CallForm[] = [
  {
    api: 'chat',
    path: '/v1/chat/completions',
    summary: 'Call an LLM: OpenAI’s chat completions',
    streams: true,
    errorForm: openAiErrorForm,
  },
  {
    api: 'responses',
    path: '/v1/responses',
    summary: 'Call an LLM: OpenAI’s responses',
    streams: true,
    errorForm: openAiErrorForm,
  },
  {
    api: 'messages',
    path: '/v1/messages',
    summary: 'Call an LLM: Anthropic’s messages',
    streams: true,
    errorForm: anthropicErrorForm,
  },
  {
    api: 'embeddings',
    path: '/v1/embeddings',
    summary: 'Call an LLM that embeds: OpenAI’s embeddings',
    streams: false,
    errorForm: openAiErrorForm,
  },
];

/** What ends a call whose client goes away before it is answered. */
function stopperOf({ socket }: IncomingMessage): { stop: AbortController; answered(): void } {
  const stop = new AbortController();
  const gone = (): void => stop.abort('gone' satisfies StopReason);
  socket.once('close', gone);
  return { stop, answered: () => void socket.off('close', gone) };
}

function replyOf(answer: CallAnswer): Answer {
  const { status, headers } = answer;
  if (answer.kind === 'text') {
    const length = Buffer.byteLength(answer.body);
    return bytesReply(answer.body, { 'content-type': JSON_TYPE, ...headers, 'content-length': length }, status);
  }
  const { deliver, discard } = answer;
  return streamReply({ open: deliver, discard }, { 'content-type': SSE_TYPE, 'cache-control': 'no-cache', ...headers });
}

export function callOperations({ endpoint }: Pick<Context, 'endpoint'>): Operation[] {
  return FORMS.map(({ api, path, summary, streams, errorForm }) =>
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
      body: requiredBody(CALL_BODIES[api], (value, text): CallBody => ({
        call: readCall(api, value),
        text,
        value: value as JsonObject,
      })),
      answers: {
        200: {
          description: 'What the LLM answered, with its `model` and `id` as Pointsman’s',
          schema: z.looseObject({}),
          ...(streams && { types: [JSON_TYPE, SSE_TYPE] }),
        },
      },
      errors: [
        // Vectors of two LLMs can't be compared, so that one that is known is named.
        ...ROUTE_ERRORS.filter((code) => code !== 'no_models' || api !== 'embeddings'),
        'model_not_found',
        'decision_not_found',
        'provider_failed',
        'provider_timeout',
        'provider_limited',
      ],
      errorForm,
      async run({ body, caller, request }) {
        const { stop, answered } = stopperOf(request);
        try {
          return replyOf(await endpoint.call({ ...body, headers: request.headers, caller, stop }));
        } finally {
          answered();
        }
      },
    }),
  );
}
