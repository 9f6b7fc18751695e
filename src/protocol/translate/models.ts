/**
 * What an LLM takes, as far as its name at the provider tells. It is asked only of fields that tune: one that an LLM
 * would answer with status 400 is left out. A translation therefore wants the provider's name in `model`; of other
 * names, `auto` among them, nothing is known.
 */

/** Major version times 100 and minor version: 405 for `claude-haiku-4-5-20251001`. Null for other names. */
function claudeVersion(model: string): { family: string; version: number } | null {
  const name = /claude-([a-z]+)(?:-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?)?/i.exec(model);
  if (name === null) return null;
  const family = (name[1] ?? '').toLowerCase();
  // The first of these families were of the fifth version, and named without it.
  if (name[2] === undefined) return /^(?:fable|mythos)$/.test(family) ? { family, version: 500 } : null;
  return { family, version: Number(name[2]) * 100 + Number(name[3] ?? 0) };
}

/** What is known of a Claude. */
export interface Claude {
  /** Whether it takes `temperature` and `top_p`: no longer from 4.7. */
  sampling: boolean;
  /** The highest `output_config.effort` that it takes; null where it takes none. */
  effort: 'high' | 'xhigh' | null;
  /** Whether `thinking: adaptive` makes it think. From 5 on it thinks anyway. */
  adaptive: boolean;
  /** `max_tokens` where the client gives none. */
  maxTokens: number;
}

/** `max_tokens` for an LLM that nothing is known of, where the client gives none: Anthropic's form requires it. */
export const DEFAULT_MAX_TOKENS = 4096;
/** The same for a Claude from 4 on, which all write as much; thinking counts, too. */
export const CLAUDE_MAX_TOKENS = 32_000;

export function claudeOf(model: unknown): Claude {
  const claude = typeof model === 'string' ? claudeVersion(model) : null;
  const version = claude?.version ?? 0;
  const opus45 = claude?.family === 'opus' && version === 405;
  return {
    sampling: version < 407,
    effort: version >= 407 ? 'xhigh' : version >= 406 || opus45 ? 'high' : null,
    adaptive: version >= 406 && version < 500,
    maxTokens: version >= 400 ? CLAUDE_MAX_TOKENS : DEFAULT_MAX_TOKENS,
  };
}

/** OpenAI's LLMs that reason: `o1`, `o3-mini`, `gpt-5`, `openai/gpt-5.2`, but not those made for chat. */
const REASONER = /(?:^|[/:])(?:o\d|gpt-(?:[5-9]|\d\d))(?!.*chat)/i;
/** Others that take `reasoning_effort`. */
const WITH_EFFORT = /gpt-oss|gemini-(?:2\.5|[3-9])/i;

/** What is known of an LLM that is called by chat completions. */
export interface ChatLlm {
  /** Whether it takes `temperature` and `top_p`. */
  sampling: boolean;
  /** Whether it takes `reasoning_effort`. */
  effort: boolean;
  /** What limits the answer: most providers know the older name alone, OpenAI's reasoners the newer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens';
}

export function chatLlmOf(model: unknown): ChatLlm {
  const name = typeof model === 'string' ? model : '';
  const reasons = REASONER.test(name);
  return {
    sampling: !reasons,
    effort: reasons || WITH_EFFORT.test(name) || claudeOf(name).effort !== null,
    maxTokens: reasons ? 'max_completion_tokens' : 'max_tokens',
  };
}
