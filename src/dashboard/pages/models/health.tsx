import type { Schemas } from '../../../client/index.js';
import { Badge } from '../../kit/parts.js';

/** Whether an LLM may be chosen, and whether it got worse. */
export function HealthBadge({ state, alerts = 0 }: { state: Schemas['LlmHealth']['state']; alerts?: number }) {
  return (
    <span class="row">
      {state === 'closed' ? (
        <Badge tone="good">healthy</Badge>
      ) : state === 'open' ? (
        <Badge tone="bad">out</Badge>
      ) : (
        <Badge tone="warn">tried again</Badge>
      )}
      {alerts > 0 && (
        <Badge tone="warn">
          {alerts} {alerts === 1 ? 'alert' : 'alerts'}
        </Badge>
      )}
    </span>
  );
}
