import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function TryItPage() {
  return (
    <Page title="Try it">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
