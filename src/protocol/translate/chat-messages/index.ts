import type { Clock } from '../../../base/clock.js';
import { openaiError } from '../errors.js';
import type { FormTranslation } from '../form.js';
import { chatAnswer } from './answer.js';
import { messagesRequest } from './request.js';
import { chatChunks } from './stream.js';

/** The client speaks OpenAI's chat completions, the provider Anthropic's messages. */
export const chatToMessages = (clock: Clock): FormTranslation => ({
  request: messagesRequest,
  answer: (body) => chatAnswer(body, clock),
  error: openaiError,
  stream: () => chatChunks(clock),
});
