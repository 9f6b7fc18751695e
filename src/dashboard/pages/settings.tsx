import { Page } from '../kit/parts.js';
import { Problem } from '../kit/problem.js';
import { ReadersNote } from '../kit/readers.js';
import { hrefTo } from '../kit/router.js';
import { Failed } from '../kit/states.js';
import { Tabs } from '../kit/tabs.js';
import type { PageProps } from './index.js';
import { AuditTab } from './settings/audit.js';
import { SettingsCard } from './settings/card.js';
import { ForgetCard } from './settings/forget.js';
import { JudgeTab } from './settings/judge.js';
import { KeysTab } from './settings/keys.js';
import { ProvidersTab } from './settings/providers.js';
import './settings/settings.css';

const TABS = [
  ['providers', 'Providers'],
  ['keys', 'Keys'],
  ['retention', 'Texts and retention'],
  ['judge', 'Judge'],
  ['failures', 'Breakers and drift'],
  ['catalogue', 'Catalogue'],
  ['signals', 'Signals'],
  ['audit', 'Audit log'],
] as const;
type Tab = (typeof TABS)[number][0];

function RetentionTab() {
  return (
    <div class="grid">
      <SettingsCard path="/v1/texts" title="What is kept of texts" />
      <SettingsCard path="/v1/decision-log" title="The log of decisions" />
      <SettingsCard path="/v1/retention" title="Everything else" />
      <ForgetCard />
    </div>
  );
}

function TabView({ tab, rest }: { tab: Tab; rest: readonly string[] }) {
  switch (tab) {
    case 'providers':
      return <ProvidersTab name={rest[0]} />;
    case 'keys':
      return <KeysTab />;
    case 'retention':
      return <RetentionTab />;
    case 'judge':
      return <JudgeTab />;
    case 'failures':
      return (
        <div class="grid">
          <SettingsCard path="/v1/breaker" title="When LLMs are taken out, and when they come back" />
          <SettingsCard path="/v1/drift" title="When a change of an LLM is called one, and what is done about it" />
        </div>
      );
    case 'catalogue':
      return (
        <div class="grid">
          <SettingsCard path="/v1/catalog" title="LLMs that nobody declared, and how many there may be" />
          <SettingsCard path="/v1/metrics" title="What the metrics of declared profiles mean" />
        </div>
      );
    case 'signals':
      return (
        <div class="grid">
          <SettingsCard
            path="/v1/signals"
            title="What each signal says of an answer"
            isBrief
            about={
              'A value is the score, from 0 to 1, that an answer gets where the signal is true or false; empty where ' +
              'it says nothing. The weight, from 0 to 1, is how much it counts beside other scores.'
            }
          />
        </div>
      );
    case 'audit':
      return <AuditTab />;
  }
}

export default function SettingsPage({ parts: [asked = 'providers', ...rest] }: PageProps) {
  const tab = TABS.find(([name]) => name === asked)?.[0];
  const tabs = TABS.map(([name, title]) => ({ name, title, href: hrefTo(['settings', name]) }));
  return (
    <Page title="Settings">
      <Tabs label="Settings" tabs={tabs} current={asked} />
      <div class="stack">
        <ReadersNote what="Settings" />
        {tab === undefined ? (
          <Failed problem={new Problem('not_found', 404, `There are no settings ${asked}.`)} />
        ) : (
          <TabView key={tab} tab={tab} rest={rest} />
        )}
      </div>
    </Page>
  );
}
