import assert from 'node:assert/strict';
import { PointsmanError } from '../../../src/base/errors.js';
import { readCall } from '../../../src/protocol/read.js';
import type { Api } from '../../../src/protocol/types.js';

/** Asserts that a body is refused with this message, and the field in it. */
export function assertRefused(api: Api, body: unknown, message: string): void {
  assert.throws(
    () => readCall(api, body),
    (error) => {
      assert.ok(error instanceof PointsmanError);
      assert.equal(error.code, 'invalid_request');
      assert.equal(error.message, message);
      assert.equal(error.issues[0]?.field || 'the whole', message.slice(0, message.indexOf(':')));
      return true;
    },
  );
}
