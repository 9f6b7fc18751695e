import { z } from 'zod';
import { Fraction } from './fraction.js';

/** What a signal says of an answer. */
export const SignalMeaning = z
  .strictObject({
    value_when_true: Fraction.nullable().describe('The score that it is where it holds; null where it says nothing'),
    value_when_false: Fraction.nullable().describe(
      'The score that it is where it does not; null where it says nothing',
    ),
    weight: Fraction.describe('How much it counts beside other scores of the answer; 0 for not at all'),
  })
  .meta({ id: 'SignalMeaning', description: 'What a signal says of an answer. A number says its own value' });
export type SignalMeaning = z.infer<typeof SignalMeaning>;

const meaning = (whenTrue: number | null, whenFalse: number | null, weight: number): SignalMeaning => ({
  value_when_true: whenTrue,
  value_when_false: whenFalse,
  weight,
});

/** What each signal says by default. The reasons: docs/operations.md, "Signals and what they say". */
export const DEFAULT_MEANINGS = {
  completed: meaning(null, null, 1),
  valid_json: meaning(null, 0, 1),
  valid_tool_calls: meaning(null, 0, 1),
  code_parses: meaning(null, 0.2, 0.5),
  refused: meaning(0.1, null, 0.5),
  truncated: meaning(0.3, null, 0.3),
  rephrased: meaning(0.2, null, 0.5),
  regenerated: meaning(0.1, null, 0.5),
  continued: meaning(0.7, null, 0.5),
  quiet: meaning(0.8, null, 0.5),
  thumb: meaning(1, 0, 1),
  score: meaning(null, null, 1),
  correction: meaning(0, null, 1),
  judge: meaning(null, null, 0.5),
} as const satisfies Record<string, SignalMeaning>;
export type SignalName = keyof typeof DEFAULT_MEANINGS;

/**
 * Whether a signal speaks only for answers, or only against them, as silence and a complaint do: its value is always
 * the same, and how often it comes is what tells.
 */
export function isOneSided(signal: string): boolean {
  if (!Object.hasOwn(DEFAULT_MEANINGS, signal)) return false;
  const { value_when_true: whenTrue, value_when_false: whenFalse } = DEFAULT_MEANINGS[signal as SignalName];
  return (whenTrue === null) !== (whenFalse === null);
}

/** What each signal is. */
const ABOUT: Record<SignalName, string> = {
  completed: 'The answer came whole, without an error',
  valid_json: 'JSON was asked for, and the answer is JSON that fits the schema',
  valid_tool_calls: 'Calls of tools name one that was offered, with arguments that are JSON',
  code_parses: 'Code blocks of JSON and JavaScript parse',
  refused: 'The LLM refused, or a filter of its provider did',
  truncated: 'The answer ended at the most tokens that it may have',
  rephrased: 'The user asked nearly the same again soon after',
  regenerated: 'The same was asked again',
  continued: 'The conversation went on',
  quiet: 'Nothing came after it: no complaint, and no praise',
  thumb: 'A thumb up, or down',
  score: 'A score that a user gave',
  correction: 'A user gave the answer as it should have been',
  judge: 'What a judge says',
};

const meaningOf = (signal: SignalName) => {
  const { value_when_true: whenTrue, value_when_false: whenFalse, weight } = DEFAULT_MEANINGS[signal];
  const { shape } = SignalMeaning;
  return z
    .strictObject({
      value_when_true: shape.value_when_true.default(whenTrue),
      value_when_false: shape.value_when_false.default(whenFalse),
      weight: shape.weight.default(weight),
    })
    .prefault({})
    .describe(ABOUT[signal]);
};

/** What signals that are observed without anybody writing feedback, and those that users give, say. */
export const SignalSettings = z
  .strictObject({
    completed: meaningOf('completed'),
    valid_json: meaningOf('valid_json'),
    valid_tool_calls: meaningOf('valid_tool_calls'),
    code_parses: meaningOf('code_parses'),
    refused: meaningOf('refused'),
    truncated: meaningOf('truncated'),
    rephrased: meaningOf('rephrased'),
    regenerated: meaningOf('regenerated'),
    continued: meaningOf('continued'),
    quiet: meaningOf('quiet'),
    thumb: meaningOf('thumb'),
    score: meaningOf('score'),
    correction: meaningOf('correction'),
    judge: meaningOf('judge'),
  } satisfies Record<SignalName, z.ZodType<SignalMeaning>>)
  .meta({ id: 'SignalSettings', description: 'What each signal says of an answer' });
export type SignalSettings = z.infer<typeof SignalSettings>;
export const DEFAULT_SIGNALS: SignalSettings = SignalSettings.parse({});

/** What a signal says as a score, and how much that counts; undefined where it says nothing. */
export function saysOf(
  settings: SignalSettings,
  signal: SignalName,
  value: boolean | number,
): { value: number; weight: number } | undefined {
  const { value_when_true: whenTrue, value_when_false: whenFalse, weight } = settings[signal];
  const score = typeof value === 'number' ? value : value ? whenTrue : whenFalse;
  return score === null || weight === 0 ? undefined : { value: score, weight };
}
