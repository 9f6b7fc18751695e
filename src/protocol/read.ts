import type { z } from 'zod';
import { ChatBody, readChat } from './read/chat.js';
import { EmbeddingsBody, readEmbeddings } from './read/embeddings.js';
import { MessagesBody, readMessagesCall } from './read/messages.js';
import { readResponses, ResponsesBody } from './read/responses.js';
import type { Api, Call } from './types.js';

/** What each form's body is checked for at its top; {@link readCall} also checks messages, items and inputs. */
export const CALL_BODIES: Readonly<Record<Api, z.ZodType>> = {
  chat: ChatBody,
  responses: ResponsesBody,
  messages: MessagesBody,
  embeddings: EmbeddingsBody,
};

const READERS: Readonly<Record<Api, (body: unknown) => Call>> = {
  chat: readChat,
  responses: readResponses,
  messages: readMessagesCall,
  embeddings: readEmbeddings,
};

/**
 * What routing and learning read of a request to call an LLM. Checks that, and nothing else: the provider knows its
 * protocol better. Throws `invalid_request` naming the field, what was expected and what came.
 */
export function readCall(api: Api, body: unknown): Call {
  return READERS[api](body);
}
