import { PointsmanError } from '../base/errors.js';
import type { DriftSettings } from '../schema/drift.js';
import type { SettingsStore } from '../store/ports/settings.js';
import { ALLOW_PRIVATE, privateAddressIn } from './destination.js';
import { readSecrets } from './signature.js';

/** What an operator says of webhooks where the service is started; the API changes none of it. */
export interface WebhookSettings {
  /** Whether they may be at addresses of this machine and the networks around it. */
  allowPrivate: boolean;
  /** Keys that bodies are signed with; none for bodies without a signature. */
  keys: readonly Buffer[];
}

/** `POINTSMAN_WEBHOOK_SECRET`, beside what the command line says. Throws `invalid_config`. */
export function webhookSettings(env: NodeJS.ProcessEnv, allowPrivate = false): WebhookSettings {
  return { allowPrivate, keys: readSecrets(env['POINTSMAN_WEBHOOK_SECRET'] ?? '') };
}

/** Where webhooks name private addresses themselves, by their places in the list. */
function privateOnes(webhooks: DriftSettings['webhooks']): [place: number, address: string][] {
  return webhooks.flatMap((url, i): [number, string][] => {
    const address = privateAddressIn(new URL(url));
    return address === undefined ? [] : [[i, address]];
  });
}

/**
 * The same settings, but webhooks that name a private address are refused with `invalid_request`. Those whose name
 * resolves to one are found out when they are sent to.
 */
export function checkingWebhooks(settings: SettingsStore, { allowPrivate }: WebhookSettings): SettingsStore {
  if (allowPrivate) return settings;
  return {
    ...settings,
    async put(kind, value) {
      const issues =
        kind === 'drift'
          ? privateOnes((value as DriftSettings).webhooks).map(([i, received]) => ({
              field: `webhooks[${i}]`,
              expected: 'an address of the internet',
              received: `${received}, a private one`,
            }))
          : [];
      if (issues.length === 0) return settings.put(kind, value);
      const said = issues.map(({ field, expected, received }) => `${field}: expected ${expected}, got ${received}`);
      throw new PointsmanError('invalid_request', `${said.join('; ')}; ${ALLOW_PRIVATE}`, { issues });
    },
  };
}

/** What is amiss with the webhooks that are set, in words for the log; empty where nothing is. */
export function webhookWarnings({ webhooks }: DriftSettings, { allowPrivate, keys }: WebhookSettings): string[] {
  const warnings: string[] = [];
  if (webhooks.length > 0 && keys.length === 0)
    warnings.push('webhooks are not signed: POINTSMAN_WEBHOOK_SECRET is not set');
  if (!allowPrivate)
    for (const [i, address] of privateOnes(webhooks))
      warnings.push(`webhooks[${i}] is not posted to: ${address} is a private address; ${ALLOW_PRIVATE}`);
  return warnings;
}
