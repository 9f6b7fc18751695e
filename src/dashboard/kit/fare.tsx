import type { Schemas } from '../../client/index.js';
import { Badge } from './parts.js';

/** Whether a deployment is called, and why not. */
export function FareBadge({ fare }: { fare: Schemas['DeploymentFare'] }) {
  if (fare.state === 'open') return <Badge tone="bad">out</Badge>;
  if (fare.state === 'half_open') return <Badge tone="warn">tried</Badge>;
  if (fare.held_until !== null) return <Badge tone="warn">told to wait</Badge>;
  return fare.full === null ? <Badge tone="good">called</Badge> : <Badge tone="warn">full: {fare.full}</Badge>;
}
