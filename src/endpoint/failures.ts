import { PointsmanError, type ErrorCode } from '../base/errors.js';
import type { FailedCall } from './failover.js';

/** Longest that is shown of what one provider said. */
const SHOWN = 2_000;

function codeOf(failed: readonly FailedCall[]): ErrorCode {
  const all = (failure: FailedCall['failure']): boolean => failed.every((one) => one.failure === failure);
  if (failed.length === 0) return 'provider_limited';
  if (all('rate_limited')) return 'provider_limited';
  return all('timeout') ? 'provider_timeout' : 'provider_failed';
}

/** The error of a call that nobody answered: what each provider said, without secrets, or why none could be asked. */
export function nobodyAnswered(failed: readonly FailedCall[], models: readonly string[]): PointsmanError {
  const [first] = failed;
  if (first?.cause !== undefined && failed.every(({ failure }) => failure === 'unfit')) return first.cause;
  const waits = failed.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const said = failed.map(({ target: { model, provider }, message, body }) => {
    const told = body === null ? message : `${message.split(':')[0]}: ${body}`;
    return `${model} at ${provider.name}: ${told.slice(0, SHOWN)}`;
  });
  const none = `no deployment of ${models.join(', ')} may be called now: each fails, or is at its limits`;
  return new PointsmanError(codeOf(failed), said.length === 0 ? none : said.join('; '), {
    ...(waits.length > 0 && { retryAfterS: Math.ceil(Math.min(...waits) / 1000) }),
  });
}
