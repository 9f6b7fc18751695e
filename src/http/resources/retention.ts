import { toForget } from '../../dataset/forget.js';
import { Forgotten, ForgetRequest, RetentionSettings } from '../../schema/retention.js';
import { TextSettings } from '../../schema/texts.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

export function retentionOperations({
  ledger,
  decider,
  endpoint,
}: Pick<Context, 'ledger' | 'decider' | 'endpoint'>): Operation[] {
  return [
    ...settingsOperations(ledger.settings, {
      path: '/v1/retention',
      tag: 'retention',
      about: 'How long feedback, idempotency keys, vectors and alerts are kept',
      kind: 'retention',
      schema: RetentionSettings,
    }),
    ...settingsOperations(ledger.settings, {
      path: '/v1/texts',
      tag: 'retention',
      about: 'What is kept of the texts of queries and comments',
      kind: 'texts',
      schema: TextSettings,
    }),
    operation({
      method: 'POST',
      path: '/v1/forget',
      tag: 'retention',
      scope: 'admin',
      unaudited: ['query'],
      writes: ['breakers'],
      summary: 'Forget texts of queries, and of errors',
      description:
        'Hashes, scores, sums and vectors stay, so what was learned does. Where it fails halfway, what was forgotten ' +
        'stays so: ask again. Who posts or routes the same text again brings it back. Versions that were trained ' +
        'before keep words of kinds in `manifest.json` and quoted queries in `profiles.json`: answers leave these ' +
        'out, the files that `/v1/weights` hands out do not.',
      body: requiredBody(ForgetRequest),
      answers: { 200: { description: 'What was forgotten', schema: Forgotten } },
      errors: [],
      async run({ body }) {
        // Kept after it, what calls taught would bring their texts back.
        await endpoint.flush();
        return decider.forget(toForget(body));
      },
    }),
  ];
}
