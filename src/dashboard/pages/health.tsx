import { Page } from '../kit/parts.js';
import { Alerts } from './health/alerts.js';
import { Breakers } from './health/breakers.js';
import { Deployments } from './health/deployments.js';
import { Limits } from './health/load.js';

export default function HealthPage() {
  return (
    <Page title="Health">
      <div class="grid">
        <Alerts />
        <Breakers />
        <Deployments />
        <Limits />
      </div>
    </Page>
  );
}
