import { PointsmanError } from '../base/errors.js';
import type { DriftSettings } from '../schema/drift.js';

/** Stands for the path and the query of a webhook, which are secrets mostly, and for a user and password. */
const HIDDEN = '/***';
const LOOKS_HIDDEN = /\/\*\*\*(?:#\d+)?$/;

function shownUrl(url: string): string {
  const { protocol, host, href } = new URL(url);
  return href === `${protocol}//${host}/` ? url : `${protocol}//${host}${HIDDEN}`;
}

/** Webhooks as they may be read; several of one host are numbered, so that each can be told. */
function shownWebhooks(webhooks: readonly string[]): string[] {
  const counts = new Map<string, number>();
  return webhooks.map((url) => {
    const shown = shownUrl(url);
    const count = (counts.get(shown) ?? 0) + 1;
    counts.set(shown, count);
    return count > 1 && shown.endsWith(HIDDEN) ? `${shown}#${count}` : shown;
  });
}

/** The settings as they may be read. */
export const shownDrift = (settings: DriftSettings): DriftSettings => ({
  ...settings,
  webhooks: shownWebhooks(settings.webhooks),
});

/**
 * The settings to keep: a webhook that is written as {@link shownDrift} shows it stays the one it was. Throws
 * `invalid_request` where there is no such one.
 */
export function keptDrift(wanted: DriftSettings, kept: DriftSettings): DriftSettings {
  const known = shownWebhooks(kept.webhooks);
  const webhooks = wanted.webhooks.map((url, i) => {
    if (!LOOKS_HIDDEN.test(url)) return url;
    const place = known.indexOf(url);
    if (place >= 0) return kept.webhooks[place]!;
    const issue = {
      field: `webhooks[${i}]`,
      expected: 'a whole URL, or one as GET /v1/drift shows it now',
      received: JSON.stringify(url.slice(0, 60)),
    };
    throw new PointsmanError('invalid_request', `${issue.field}: expected ${issue.expected}, got ${issue.received}`, {
      issues: [issue],
    });
  });
  return { ...wanted, webhooks };
}
