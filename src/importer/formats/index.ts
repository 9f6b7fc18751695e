import { battles, llmrouterbench, routerbench } from './benchmarks.js';
import { helicone } from './helicone.js';
import { langfuse, langfuseScores } from './langfuse.js';
import { litellm } from './litellm.js';
import { openaiBatchInput, openaiBatchOutput, openaiStored } from './openai.js';
import { otel } from './otel.js';
import type { LogFormat, Row } from './types.js';

/** Formats of other tools' logs, the more telling ones first. */
export const LOG_FORMATS: readonly LogFormat[] = [
  otel,
  openaiBatchOutput,
  openaiBatchInput,
  openaiStored,
  litellm,
  helicone,
  battles,
  routerbench,
  llmrouterbench,
  langfuseScores,
  langfuse,
];

/** The format of a row; undefined where it is none of the known ones. */
export const formatOf = (row: Row): LogFormat | undefined => LOG_FORMATS.find((format) => format.fits(row));
