import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function TrainingPage() {
  return (
    <Page title="Training">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
