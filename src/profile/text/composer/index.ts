import { PointsmanError } from '../../../base/errors.js';
import { describe } from '../../../schema/parse.js';
import { createDeterministicComposer } from './deterministic.js';
import { createOpenAIComposer } from './openai.js';
import type { TextComposer } from './types.js';

/** What {@link openComposer} accepts, for help texts and messages. */
export const COMPOSER_SPECS: readonly string[] = ['deterministic', 'openai:<model>@<base url>'];

export interface ComposerSettings {
  spec: string;
  /** Bearer token for an `openai:` endpoint; empty for none. */
  apiKey: string;
}

/** `POINTSMAN_COMPOSER` and `POINTSMAN_COMPOSER_API_KEY`; deterministic where none is set. */
export function composerSettings(env: NodeJS.ProcessEnv): ComposerSettings {
  return { spec: env['POINTSMAN_COMPOSER'] || 'deterministic', apiKey: env['POINTSMAN_COMPOSER_API_KEY'] ?? '' };
}

/** Opens the composer that the settings name. Throws `invalid_config` for anything but {@link COMPOSER_SPECS}. */
export function openComposer({ spec, apiKey }: ComposerSettings): TextComposer {
  if (spec === 'deterministic') return createDeterministicComposer();
  const openai = /^openai:(.+)@(https?:\/\/.+)$/.exec(spec);
  if (openai) return createOpenAIComposer({ model: openai[1]!, baseUrl: openai[2]!, apiKey });
  throw new PointsmanError(
    'invalid_config',
    `POINTSMAN_COMPOSER: expected one of ${COMPOSER_SPECS.join(', ')}; got ${describe(spec)}`,
  );
}
