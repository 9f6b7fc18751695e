import { createHmac } from 'node:crypto';
import { PointsmanError } from '../base/errors.js';

const PREFIX = 'whsec_';
/** Bytes of a key, as Standard Webhooks has them. */
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/**
 * Keys from the text of a setting: `whsec_` and base64, several with spaces between them while one takes another's
 * place. Throws `invalid_config`, which never holds a key.
 */
export function readSecrets(text: string): Buffer[] {
  return text
    .split(/\s+/)
    .filter((secret) => secret !== '')
    .map((secret) => {
      const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
      const key = Buffer.from(base64, 'base64');
      const isBase64 = key.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
      if (!isBase64 || key.length < MIN_BYTES || key.length > MAX_BYTES)
        throw new PointsmanError(
          'invalid_config',
          `POINTSMAN_WEBHOOK_SECRET: expected ${PREFIX} and the base64 of ${MIN_BYTES} to ${MAX_BYTES} bytes, as ` +
            `\`echo ${PREFIX}$(openssl rand -base64 32)\` prints, got ` +
            (isBase64 ? `that of ${key.length} bytes` : 'other characters than base64 has'),
        );
      return key;
    });
}

/** A message as Standard Webhooks signs it. */
export interface SignedMessage {
  /** The same each time that the message is sent. */
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  body: string;
}

/** Headers of a message: its id, the time in seconds, and a signature for each key. */
export function signedHeaders(keys: readonly Buffer[], { id, at, body }: SignedMessage): Record<string, string> {
  const seconds = String(Math.floor(at / 1000));
  const signatureBy = (key: Buffer): string =>
    `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    ...(keys.length > 0 && { 'webhook-signature': keys.map(signatureBy).join(' ') }),
  };
}
