import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function GraphPage() {
  return (
    <Page title="Graph">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
