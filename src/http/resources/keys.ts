import { PointsmanError } from '../../base/errors.js';
import { createKeyService } from '../../keys/service.js';
import { KeyId } from '../../schema/ids.js';
import { KeyInfo, KeyList, KeyMade, KeyRequest, KeyRotation } from '../../schema/key.js';
import type { Context } from '../context.js';
import { valueReply, type Reply } from '../kit/answer.js';
import { operation, optionalBody, requiredBody, type Operation } from '../kit/operation.js';

const params = { id: { schema: KeyId, description: 'Public id of a key: what stands between `pk_` and the next `_`' } };
const common = { tag: 'access', scope: 'admin' } as const;
const secret = { unaudited: ['key'] } as const;

/** An answer that holds a whole key: nobody is to keep it on its way. */
const shownOnce = (made: KeyMade, status: number): Reply =>
  valueReply(made, { status, headers: { 'Cache-Control': 'no-store' } });

export function keyOperations({ ledger, live, clock }: Pick<Context, 'ledger' | 'live' | 'clock'>): Operation[] {
  const keys = createKeyService({ ledger, clock });
  return [
    operation({
      ...common,
      method: 'GET',
      path: '/v1/keys',
      writes: false,
      summary: 'List the keys',
      answers: { 200: { description: 'All keys there ever were, oldest first', schema: KeyList } },
      errors: [],
      run: async () => ({ keys: await keys.list() }),
    }),
    operation({
      ...common,
      ...secret,
      method: 'POST',
      path: '/v1/keys',
      writes: ['keys'],
      summary: 'Make a key',
      description:
        'The answer shows the whole key, this once: only a hash of its secret is kept. The first key is made on the ' +
        'command line, with `pointsman keys create`.',
      body: requiredBody(KeyRequest),
      answers: { 201: { description: 'The key', schema: KeyMade } },
      errors: ['forbidden'],
      async run({ body }) {
        if (!live.keys.any())
          throw new PointsmanError(
            'forbidden',
            'The first key is made on the command line: `pointsman keys create NAME --scopes admin`',
          );
        return shownOnce(await keys.create(body), 201);
      },
    }),
    operation({
      ...common,
      method: 'GET',
      path: '/v1/keys/{id}',
      writes: false,
      summary: 'Read a key',
      params,
      answers: { 200: { description: 'The key, without its secret', schema: KeyInfo } },
      errors: ['key_not_found'],
      run: ({ params: { id } }) => keys.get(id),
    }),
    operation({
      ...common,
      ...secret,
      method: 'POST',
      path: '/v1/keys/{id}/rotate',
      writes: ['keys'],
      summary: 'Give a key another secret',
      description: 'The one before goes on being good for `overlap_hours`; the one before that does not.',
      state: ({ params: { id } }) => keys.get(id),
      params,
      body: optionalBody(KeyRotation),
      answers: { 200: { description: 'The key', schema: KeyMade } },
      errors: ['key_not_found'],
      run: async ({ params: { id }, body }) => shownOnce(await keys.rotate(id, body), 200),
    }),
    operation({
      ...common,
      method: 'DELETE',
      path: '/v1/keys/{id}',
      writes: ['keys'],
      summary: 'Revoke a key, at once and for good',
      params,
      answers: { 204: { description: 'Revoked' } },
      errors: ['key_not_found'],
      async run({ params: { id } }) {
        await keys.revoke(id);
        return undefined;
      },
    }),
  ];
}
