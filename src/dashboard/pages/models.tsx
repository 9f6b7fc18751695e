import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function ModelsPage() {
  return (
    <Page title="Models">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
