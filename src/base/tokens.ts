/** Characters of one token in ordinary text, as providers' rule of thumb has it. */
const CHARS_PER_TOKEN = 4;

/** Length of an answer, in tokens, where an LLM's own answers don't tell. */
export const DEFAULT_COMPLETION_TOKENS = 256;

/** Estimated number of tokens of a text; at least 1. */
export function estimateTokens(text: string): number {
  return tokensOfChars(text.length);
}

/** Estimated number of tokens of texts that are so many characters long together; at least 1. */
export function tokensOfChars(chars: number): number {
  return Math.max(1, Math.ceil(chars / CHARS_PER_TOKEN));
}
