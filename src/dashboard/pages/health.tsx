import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function HealthPage() {
  return (
    <Page title="Health">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
