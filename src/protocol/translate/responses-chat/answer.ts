import type { Clock } from '../../../base/clock.js';
import type { JsonObject } from '../../types.js';
import { growingCalls, readChunk } from '../chunk.js';
import { aboutOf, callItem, endOf, itemId, messageItem, responseOf, textPart } from './response.js';

/** A chat completion as a response: its text as a message, then its calls of tools. */
export function responsesAnswer(body: JsonObject, clock: Clock): JsonObject {
  const said = readChunk(body);
  const calls = growingCalls();
  for (const [index, part] of said.calls.entries()) calls.add({ ...part, index }, said.id);
  const end = endOf(said.finish, said.usage);
  const status = end.status === 'incomplete' ? 'incomplete' : 'completed';
  const parts = [
    ...(said.text === '' ? [] : [textPart('output_text', said.text, said.logprobs)]),
    ...(said.refusal === '' ? [] : [textPart('refusal', said.refusal, [])]),
  ];
  if (parts.length === 0 && calls.all.length === 0) parts.push(textPart('output_text', '', []));
  const message = parts.length === 0 ? [] : [messageItem(itemId('msg', said.id, 0), status, parts)];
  const made = calls.all.map((call, i) => callItem(itemId('fc', said.id, message.length + i), status, call));
  return responseOf(aboutOf(said, clock()), [...message, ...made], end);
}
