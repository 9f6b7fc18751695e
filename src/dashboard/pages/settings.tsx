import { Page } from '../kit/parts.js';
import { Empty } from '../kit/states.js';

export default function SettingsPage() {
  return (
    <Page title="Settings">
      <Empty title="Nothing to see yet" />
    </Page>
  );
}
