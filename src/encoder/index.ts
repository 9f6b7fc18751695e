import { PointsmanError } from '../base/errors.js';
import { describe } from '../schema/parse.js';
import { openEnergeticEncoder } from './energetic.js';
import { createHashingEncoder } from './hashing.js';
import { openOnnxEncoder } from './onnx.js';
import { openOpenAIEncoder } from './openai.js';
import { openStaticEncoder } from './static.js';
import type { Encoder } from './types.js';

export type { Encoder } from './types.js';

/** What {@link openEncoder} accepts, one a line, for help texts and messages. */
export const ENCODER_SPECS: readonly string[] = [
  'static',
  'hashing',
  'energetic',
  'openai:<model>@<base url>',
  'onnx:<path of a model folder>',
];

export interface EncoderSettings {
  /** Bearer token for an `openai:` endpoint; empty for none. */
  apiKey: string;
  /** Folder whose `node_modules` has the optional packages; empty for Pointsman's own and the current one. */
  modules: string;
}

export function encoderSettings(env: NodeJS.ProcessEnv): EncoderSettings {
  return { apiKey: env['POINTSMAN_ENCODER_API_KEY'] ?? '', modules: env['POINTSMAN_ENCODER_MODULES'] ?? '' };
}

/**
 * Opens the encoder that `spec` names, ready to use. Throws `invalid_config` for anything but
 * {@link ENCODER_SPECS}, and `encoder_unavailable` where its package, model or endpoint can't be used.
 */
export async function openEncoder(
  spec: string,
  settings: EncoderSettings = encoderSettings(process.env),
): Promise<Encoder> {
  if (spec === 'static') return openStaticEncoder();
  if (spec === 'hashing') return createHashingEncoder();
  if (spec === 'energetic') return openEnergeticEncoder(settings.modules);
  // The model may hold an @, as in @cf/baai/bge-small-en; the URL begins after the last one before http.
  const openai = /^openai:(.+)@(https?:\/\/.+)$/.exec(spec);
  if (openai)
    return openOpenAIEncoder({ model: openai[1] as string, baseUrl: openai[2] as string, apiKey: settings.apiKey });
  const onnx = /^onnx:(.+)$/.exec(spec);
  if (onnx) return openOnnxEncoder(onnx[1] as string, settings.modules);
  throw new PointsmanError(
    'invalid_config',
    `encoder: expected one of ${ENCODER_SPECS.join(', ')}; got ${describe(spec)}`,
  );
}
