import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function DecisionsPage() {
  return (
    <Page title="Decisions">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
