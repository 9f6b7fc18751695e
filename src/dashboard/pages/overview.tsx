import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function OverviewPage() {
  return (
    <Page title="Overview">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
