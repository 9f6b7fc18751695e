import type { CallMessage } from '../protocol/types.js';
import type { Ledger } from '../store/ports/index.js';

/** US dollars per million tokens. */
export interface Prices {
  input: number;
  output: number;
}

/** What an LLM that declares no price counts as, so that a budget holds for it, too. */
export const UNDECLARED_PRICES: Prices = { input: 3, output: 15 };

/** Tokens that a judge may write, thoughts among them, and an answer that is asked for to compare with. */
export const MOST_TOKENS = { grade: 2_000, answer: 4_000 } as const;

/** Tokens that a message has beside its text. */
const PER_MESSAGE = 10;

/** Bytes of a token, at least: ordinary text has four, and languages without spaces three a character. */
const BYTES_PER_TOKEN = 3;

/** At least as many tokens as a text has. */
export const tokensAtMost = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

export async function pricesOf({ catalog }: Pick<Ledger, 'catalog'>, model: string): Promise<Prices> {
  const profile = await catalog.get(model);
  const { input_price: input = UNDECLARED_PRICES.input, output_price: output = UNDECLARED_PRICES.output } =
    profile ?? {};
  return { input, output };
}

/** US dollars that a call costs at most. */
export function costAtMost(messages: readonly CallMessage[], outputTokens: number, { input, output }: Prices): number {
  const prompt = messages.reduce((sum, { content }) => sum + tokensAtMost(content) + PER_MESSAGE, 0);
  return (prompt * input + outputTokens * output) / 1e6;
}
