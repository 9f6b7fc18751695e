import type { AnswerFacts, Call } from '../protocol/types.js';
import type { SignalFeedback } from '../schema/feedback.js';
import type { SignalName, SignalSettings } from '../schema/signals.js';
import { codeParses } from './code-blocks.js';
import { fitsSchema } from './fits-schema.js';

/** Something that was observed of an answer: whether it holds, or how good it says that the answer was. */
export interface Observed {
  signal: SignalName;
  value: boolean | number;
}

/** Texts from this length on may be cut, and are not looked into. */
const LONGEST_CHARS = 200_000;
/** Who asks for fewer tokens than this expects an answer that ends in the middle. */
const FEW_TOKENS = 512;
/** Who observes signals of structure and of behaviour. */
const SOURCE = 'endpoint';

/** Parses a text; undefined where it is no JSON. */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isValidJson(text: string, schema: NonNullable<Call['answerSchema']>): boolean {
  const json = parsed(text);
  return json !== undefined && (schema === 'any' || fitsSchema(json.value, schema));
}

/**
 * Whether a call names a tool that was offered, where it is known which were, and its arguments are JSON; those of a
 * tool without any are empty.
 */
const isValidToolCall = (tools: ReadonlySet<string>, { name, arguments: text }: AnswerFacts['toolCalls'][number]) =>
  (tools.size === 0 || tools.has(name)) &&
  (text.trim() === '' || text.length >= LONGEST_CHARS || parsed(text) !== undefined);

/** Whether an answer ended at the most tokens that the client wanted, and the client wanted few. */
const isCutByClient = ({ maxOutputTokens: most }: Call, { finish }: AnswerFacts): boolean =>
  finish === 'length' && most !== null && most < FEW_TOKENS;

/**
 * What is observed of an answer by itself. An answer whose end was not seen, or that ended with an error, tells nothing
 * but that: what its provider did is no fault of the answer.
 */
export function observedOf(call: Call, facts: AnswerFacts): Observed[] {
  const isWhole = facts.complete && facts.error === null;
  const observed: Observed[] = [{ signal: 'completed', value: isWhole }];
  if (!isWhole) return observed;
  const { finish, text } = facts;
  const refused = facts.refusal !== '' || finish === 'refusal' || finish === 'content_filter';
  observed.push({ signal: 'refused', value: refused });
  // The client wanted it so, and what is cut has no structure.
  if (isCutByClient(call, facts)) return observed;
  observed.push({ signal: 'truncated', value: finish === 'length' });
  if (refused) return observed;
  const isReadable = text !== '' && text.length < LONGEST_CHARS;
  if (call.answerSchema !== null && isReadable)
    observed.push({ signal: 'valid_json', value: isValidJson(text, call.answerSchema) });
  if (facts.toolCalls.length > 0) {
    const tools = new Set(call.tools);
    observed.push({ signal: 'valid_tool_calls', value: facts.toolCalls.every((one) => isValidToolCall(tools, one)) });
  }
  const parses = isReadable && call.answerSchema === null ? codeParses(text) : undefined;
  if (parses !== undefined) observed.push({ signal: 'code_parses', value: parses });
  return observed;
}

/** Of which answer signals are. What is left out is the decision's. */
export type OfAnswer = Pick<SignalFeedback, 'query' | 'model' | 'task' | 'domain' | 'at' | 'decision_id'>;

/** What a signal says as a score, and how much that counts; undefined where it says nothing. */
export function saysOf(
  { signal, value }: Observed,
  settings: SignalSettings,
): { value: number; weight: number } | undefined {
  const { value_when_true: whenTrue, value_when_false: whenFalse, weight } = settings[signal];
  const score = typeof value === 'number' ? value : value ? whenTrue : whenFalse;
  return score === null || weight === 0 ? undefined : { value: score, weight };
}

/** Signals as feedback takes them; those that say nothing are left out. */
export function recordsOf(
  observed: readonly Observed[],
  answer: OfAnswer,
  settings: SignalSettings,
  source = SOURCE,
): SignalFeedback[] {
  return observed.flatMap((one) => {
    const says = saysOf(one, settings);
    return says === undefined ? [] : [{ ...answer, signal: one.signal, source, ...says }];
  });
}
