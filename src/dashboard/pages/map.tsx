import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function MapOfQueriesPage() {
  return (
    <Page title="Map of queries">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
