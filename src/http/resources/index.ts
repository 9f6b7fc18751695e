import type { Context } from '../context.js';
import type { Operation } from '../kit/operation.js';
import { accessOperations } from './access.js';
import { alertOperations } from './alerts.js';
import { auditOperations } from './audit.js';
import { callOperations } from './calls.js';
import { countTokensOperations } from './count-tokens.js';
import { decisionOperations } from './decisions.js';
import { disagreementOperations } from './disagreements.js';
import { dashboardOperations } from './dashboard.js';
import { documentOperations } from './document.js';
import { embedOperations } from './embed.js';
import { eventOperations } from './events.js';
import { experimentOperations } from './experiments.js';
import { feedbackOperations } from './feedback.js';
import { healthOperations } from './health.js';
import { jobOperations } from './jobs.js';
import { judgeOperations } from './judge.js';
import { keyOperations } from './keys.js';
import { loadOperations } from './load.js';
import { mapOperations } from './map.js';
import { modelOperations } from './models.js';
import { overviewOperations } from './overview.js';
import { policyOperations } from './policies.js';
import { probeOperations } from './probes.js';
import { providerOperations } from './providers.js';
import { retentionOperations } from './retention.js';
import { routeOperations } from './route.js';
import { scheduleOperations } from './schedule.js';
import { signalOperations } from './signals.js';
import { strengthOperations } from './strengths.js';
import { weightOperations } from './weights.js';

/** Every operation of the API, in the order in which it is documented. */
export function operationsOf(context: Context): Operation[] {
  const operations: Operation[] = [
    ...callOperations(context),
    ...countTokensOperations(),
    ...routeOperations(context),
    ...embedOperations(context),
    ...feedbackOperations(context),
    ...signalOperations(context),
    ...policyOperations(context),
    ...experimentOperations(context),
    ...disagreementOperations(context),
    ...decisionOperations(context),
    ...overviewOperations(context),
    ...retentionOperations(context),
    ...healthOperations(context),
    ...alertOperations(context),
    ...loadOperations(context),
    ...judgeOperations(context),
    ...modelOperations(context),
    ...strengthOperations(context),
    ...providerOperations(context),
    ...jobOperations(context),
    ...scheduleOperations(context),
    ...weightOperations(context),
    ...mapOperations(context),
    ...accessOperations(context),
    ...keyOperations(context),
    ...auditOperations(context),
    ...probeOperations(context),
    ...eventOperations(context),
    ...documentOperations(() => operations),
    ...dashboardOperations(),
  ];
  return operations;
}
