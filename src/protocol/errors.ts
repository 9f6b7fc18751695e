import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, type PointsmanError } from '../base/errors.js';

/** How errors are answered in one protocol, as `ErrorForm` of the HTTP kit has it. */
export interface ProtocolErrorForm<Body> {
  contentType: string;
  schema: z.ZodType<Body>;
  bodyOf(error: PointsmanError): Body;
}

/** An error as OpenAI's protocol has it. */
export const OpenAiError = z
  .looseObject({
    error: z.looseObject({
      message: z.string().describe('What was wrong this time'),
      type: z
        .union([
          z.enum([
            'invalid_request_error',
            'authentication_error',
            'permission_error',
            'insufficient_quota',
            'rate_limit_error',
            'server_error',
          ]),
          z.string(),
          z.null(),
        ])
        .optional()
        .describe('Kind of error, as OpenAI’s clients know them'),
      param: z.string().nullish().describe('The field that is wrong, where one is'),
      code: z
        .union([z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]), z.string(), z.number(), z.null()])
        .optional()
        .describe('Stable; what a program should look at. Of an error that is the provider’s own, its code'),
    }),
  })
  .meta({ id: 'OpenAiError', description: 'Error in the form of OpenAI’s protocol' });
export type OpenAiError = z.infer<typeof OpenAiError>;

/** An error as Anthropic's protocol has it. */
export const AnthropicError = z
  .looseObject({
    type: z.literal('error'),
    error: z.looseObject({
      type: z.union([
        z.enum([
          'invalid_request_error',
          'authentication_error',
          'billing_error',
          'permission_error',
          'not_found_error',
          'request_too_large',
          'rate_limit_error',
          'timeout_error',
          'api_error',
          'overloaded_error',
        ]),
        z.string(),
      ]),
      message: z.string().describe('What was wrong this time'),
      code: z.string().optional().describe('Stable; what a program should look at. Left out of the provider’s own'),
    }),
    request_id: z.string().optional(),
  })
  .meta({ id: 'AnthropicError', description: 'Error in the form of Anthropic’s protocol' });
export type AnthropicError = z.infer<typeof AnthropicError>;

/** Types of both protocols by status; a status that is not listed is one of the request or of the server. */
const BY_STATUS: Readonly<Record<number, [OpenAiError['error']['type'], AnthropicError['error']['type']]>> = {
  401: ['authentication_error', 'authentication_error'],
  403: ['permission_error', 'permission_error'],
  404: ['invalid_request_error', 'not_found_error'],
  413: ['invalid_request_error', 'request_too_large'],
  429: ['rate_limit_error', 'rate_limit_error'],
  503: ['server_error', 'overloaded_error'],
  504: ['server_error', 'timeout_error'],
};
const BY_CODE: Partial<Record<ErrorCode, (typeof BY_STATUS)[number]>> = {
  budget_exhausted: ['insufficient_quota', 'billing_error'],
};
const REQUEST = ['invalid_request_error', 'invalid_request_error'] as const;
const SERVER = ['server_error', 'api_error'] as const;

function typesOf({ code, status }: PointsmanError): Readonly<(typeof BY_STATUS)[number]> {
  return BY_CODE[code] ?? BY_STATUS[status] ?? (status < 500 ? REQUEST : SERVER);
}

/** Errors of `/v1/chat/completions`, `/v1/responses` and `/v1/embeddings`. */
export const openAiErrorForm: ProtocolErrorForm<OpenAiError> = {
  contentType: 'application/json',
  schema: OpenAiError,
  bodyOf: (error) => ({
    error: {
      message: error.message,
      type: typesOf(error)[0],
      param: error.issues[0]?.field || null,
      code: error.code,
    },
  }),
};

/** Errors of `/v1/messages`. */
export const anthropicErrorForm: ProtocolErrorForm<AnthropicError> = {
  contentType: 'application/json',
  schema: AnthropicError,
  bodyOf: (error) => ({
    type: 'error',
    error: { type: typesOf(error)[1], message: error.message, code: error.code },
  }),
};
