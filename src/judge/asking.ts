import type { CallMessage } from '../protocol/types.js';
import type { JudgeJob } from '../schema/judge.js';
import type { Ledger } from '../store/ports/index.js';
import { costAtMost, MOST_TOKENS, pricesOf, tokensAtMost } from './cost.js';
import { BEST_GRADE, gradesIn } from './grade.js';
import { shownAnswer } from './job.js';
import { judgePrompt } from './prompt.js';
import type { Ask, AskOptions } from './types.js';

/** What asking about one answer has cost so far, in US dollars. */
export interface Bill {
  usd: number;
}

export interface AskingParts {
  ledger: Pick<Ledger, 'catalog'>;
  ask: Ask;
}

/** What is asked about one answer: by which judge and rubric, on whose bill. */
export interface Question {
  job: JudgeJob;
  judge: string;
  rubric: string;
  bill: Bill;
  signal: AbortSignal;
}

/** Roles of the other protocols are the ones that chat completions have. */
const plainRole = ({ role, content }: CallMessage): CallMessage => ({
  role: role === 'developer' ? 'system' : role,
  content,
});

/** Asks an LLM, and adds what it cost to the bill: at least about what it must have, where nobody knows. */
async function askFor(
  { ledger, ask }: AskingParts,
  model: string,
  messages: readonly CallMessage[],
  { bill, ...options }: AskOptions & { bill: Bill },
): Promise<string> {
  const { text, costUsd } = await ask(model, messages, options);
  bill.usd += costUsd ?? costAtMost(messages, tokensAtMost(text), await pricesOf(ledger, model));
  return text;
}

/** US dollars that judging an answer costs at most. */
export async function mostFor(
  { ledger }: AskingParts,
  { job, judge, rubric }: Omit<Question, 'bill' | 'signal'>,
): Promise<number> {
  const prices = await pricesOf(ledger, judge);
  const { messages } = judgePrompt(job, rubric, [job.answer]);
  const graded = costAtMost(messages, MOST_TOKENS.grade, prices);
  if (job.second === null) return graded;
  const answer = costAtMost(job.messages, MOST_TOKENS.answer, await pricesOf(ledger, job.second));
  const both = graded + (MOST_TOKENS.answer * prices.input) / 1e6;
  return answer + 2 * both;
}

async function gradesOf(parts: AskingParts, answers: readonly string[], question: Question): Promise<number[]> {
  const { job, judge, rubric, bill, signal } = question;
  const { messages, json, grades } = judgePrompt(job, rubric, answers);
  const text = await askFor(parts, judge, messages, { json, maxOutputTokens: MOST_TOKENS.grade, signal, bill });
  const found = gradesIn(text, grades);
  if (found === undefined)
    throw new Error(`the judge ${judge} said ${text.length} characters in which there is no ${grades.join(' and ')}`);
  return found;
}

/** A score by itself: the grade, in [0, 1]. */
export async function pointwise(parts: AskingParts, question: Question): Promise<number> {
  const [grade] = await gradesOf(parts, [question.job.answer], question);
  return grade! / BEST_GRADE;
}

/**
 * 1 where the answer is better than that of the runner-up, 0 where it is worse, ½ where both are as good, or where it
 * depends on which of them is shown first.
 */
export async function pairwise(parts: AskingParts, question: Question & { second: string }): Promise<number> {
  const { job, second, bill, signal } = question;
  const answer = await askFor(parts, second, job.messages.map(plainRole), {
    maxOutputTokens: MOST_TOKENS.answer,
    signal,
    bill,
  });
  // An LLM that says nothing has lost, and nobody need be asked.
  if (answer.trim() === '') return 1;
  const other = shownAnswer(answer);
  const [own, others] = await gradesOf(parts, [job.answer, other], question);
  const [othersSwapped, ownSwapped] = await gradesOf(parts, [other, job.answer], question);
  const [first, swapped] = [Math.sign(own! - others!), Math.sign(ownSwapped! - othersSwapped!)];
  return first === swapped ? (first + 1) / 2 : 0.5;
}
