import type { Clock } from '../../../base/clock.js';
import { sameError } from '../errors.js';
import type { FormTranslation } from '../form.js';
import { responsesAnswer } from './answer.js';
import { chatRequest, fieldOfResponses } from './request.js';
import { responsesEvents } from './stream.js';

/** The client speaks OpenAI's responses, the provider has only chat completions. */
export const responsesToChat = (clock: Clock): FormTranslation => ({
  request: chatRequest,
  answer: (body) => responsesAnswer(body, clock),
  error: sameError,
  stream: () => responsesEvents(clock),
  field: fieldOfResponses,
});
