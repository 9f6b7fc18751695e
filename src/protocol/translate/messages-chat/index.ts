import { messagesError } from '../errors.js';
import type { FormTranslation } from '../form.js';
import { messagesAnswer } from './answer.js';
import { chatRequest } from './request.js';
import { messagesEvents } from './stream.js';

/** The client speaks Anthropic's messages, the provider OpenAI's chat completions. */
export const messagesToChat: FormTranslation = {
  request: chatRequest,
  answer: messagesAnswer,
  error: messagesError,
  stream: messagesEvents,
};
