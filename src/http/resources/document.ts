import { z } from 'zod';
import { docsHeaders, docsPage } from '../docs/page.js';
import { bytesReply } from '../kit/answer.js';
import { createOpenApi } from '../kit/openapi.js';
import { operation, type Operation } from '../kit/operation.js';

/**
 * The API's description of itself.
 *
 * @param operations all there are, these two among them; asked for at the first request
 */
export function documentOperations(operations: () => readonly Operation[]): Operation[] {
  let json: string | undefined;
  return [
    operation({
      method: 'GET',
      path: '/openapi.json',
      tag: 'operations',
      scope: null,
      writes: false,
      summary: 'This API, as OpenAPI 3.1',
      answers: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.string() }) } },
      errors: [],
      run: () => (json ??= JSON.stringify(createOpenApi(operations()))),
    }),
    operation({
      method: 'GET',
      path: '/docs',
      tag: 'operations',
      scope: null,
      writes: false,
      summary: 'This API, to read and try',
      answers: { 200: { description: 'A page', schema: z.string(), types: ['text/html'] } },
      errors: [],
      run: () => bytesReply(docsPage, docsHeaders),
    }),
  ];
}
