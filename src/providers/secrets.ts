import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import type { Provider } from '../schema/provider.js';
import { redacted } from './redact.js';

/** How long what was read stands before it is looked at again, in milliseconds. */
const LOOK_MS = 1_000;
/** A larger file holds something else than a key. */
const MAX_FILE_BYTES = 16_384;
/** Keys that are remembered to be redacted, those before a rotation among them. */
const MAX_KNOWN = 1_000;

/** What a provider says of its key. */
export type KeyPlace = Pick<Provider, 'name' | 'key_env' | 'key_file'>;

/** Whether a provider's key can be sent; why not, where it can't. */
export type KeyState = { key: 'set' | 'none' } | { key: 'missing'; why: string };

/** Keys of providers, read from where the providers say that they are. They go nowhere but into headers. */
export interface Secrets {
  /**
   * The key of a provider as it was at most a second ago; null where it names none. Throws `invalid_config` where it is
   * missing, or can't be sent in a header; the message names the variable or the file, never what is in it.
   */
  keyOf(provider: KeyPlace): string | null;
  stateOf(provider: KeyPlace): KeyState;
  /** A text without any key that was read so far. */
  redact(text: string): string;
}

/** What was read at one place. */
type Found = { key: string } | { why: string };

/** @param clock says when to look again; milliseconds */
export function createSecrets({ env, clock }: { env: NodeJS.ProcessEnv; clock: Clock }): Secrets {
  const looks = new Map<string, { at: number; found: Found }>();
  const known = new Set<string>();

  function checked(text: string | undefined, where: string): Found {
    const key = text?.trim() ?? '';
    if (key === '') return { why: `${where} is ${text === undefined ? 'not set' : 'empty'}` };
    if (!/^[!-~]+$/.test(key)) return { why: `${where}: expected visible ASCII characters without spaces, got others` };
    if (!known.has(key) && known.size >= MAX_KNOWN) known.delete(known.values().next().value!);
    known.add(key);
    return { key };
  }

  function read(path: string): Found {
    const where = `the file ${path}`;
    try {
      const file = statSync(path);
      if (!file.isFile()) return { why: `${where}: expected a file, got something else` };
      if (file.size > MAX_FILE_BYTES)
        return { why: `${where}: expected a key of at most ${MAX_FILE_BYTES} bytes, got ${file.size}` };
      return checked(readFileSync(path, 'utf8'), where);
    } catch (error) {
      return { why: `${where} can't be read (${(error as NodeJS.ErrnoException).code ?? messageOf(error)})` };
    }
  }

  /** What is at the place that a provider names; undefined where it names none. */
  function find({ key_env: variable, key_file: file }: KeyPlace): Found | undefined {
    if (variable === undefined && file === undefined) return undefined;
    const place = variable === undefined ? `file ${file}` : `env ${variable}`;
    const now = clock();
    const before = looks.get(place);
    if (before !== undefined && now >= before.at && now - before.at < LOOK_MS) return before.found;
    const found = variable === undefined ? read(file!) : checked(env[variable], `the environment variable ${variable}`);
    looks.set(place, { at: now, found });
    return found;
  }

  return {
    keyOf(provider) {
      const found = find(provider);
      if (found === undefined) return null;
      if ('key' in found) return found.key;
      throw new PointsmanError('invalid_config', `The key of provider ${provider.name}: ${found.why}`);
    },
    stateOf(provider) {
      const found = find(provider);
      if (found === undefined) return { key: 'none' };
      return 'key' in found ? { key: 'set' } : { key: 'missing', why: found.why };
    },
    redact: (text) => redacted(text, known),
  };
}
