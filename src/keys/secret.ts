import { createHash, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyId } from '../schema/ids.js';

const ID_BYTES = 8;
/** So many random bytes that guessing is out of the question, and a plain hash of them tells nothing. */
const SECRET_BYTES = 32;
const KEY = /^pk_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** A key as its caller holds it, in its two parts. */
export interface KeyParts {
  id: KeyId;
  secret: string;
}

/** A new public id. */
export const newKeyId = (): KeyId => randomBytes(ID_BYTES).toString('hex') as KeyId;
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** `pk_<public id>_<secret>` */
export const keyText = ({ id, secret }: KeyParts): string => `pk_${id}_${secret}`;

/** The parts of a key; undefined for a text that is none. */
export function keyPartsOf(text: string): KeyParts | undefined {
  const [, id, secret] = KEY.exec(text) ?? [];
  return id === undefined ? undefined : { id: id as KeyId, secret: secret! };
}

/** What is kept of a secret: its SHA-256, 32 bytes. */
export const secretHash: (secret: string) => Buffer =
  // Node has it since 20.12; it takes two thirds of the time.
  typeof hash === 'function'
    ? (secret) => hash('sha256', secret, 'buffer')
    : (secret) => createHash('sha256').update(secret).digest();

/** Compares two hashes in a time that tells nothing of them. */
export const sameHash = (a: Buffer, b: Buffer): boolean => timingSafeEqual(a, b);
