import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function PoliciesPage() {
  return (
    <Page title="Policies">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
