import type { ComponentChildren } from 'preact';
import { Page } from '../kit/parts.js';
import { Problem } from '../kit/problem.js';
import { ReadersNote } from '../kit/readers.js';
import { hrefTo } from '../kit/router.js';
import { may } from '../kit/session.js';
import { Failed } from '../kit/states.js';
import { Tabs } from '../kit/tabs.js';
import type { PageProps } from './index.js';
import { ExperimentView } from './policies/experiment.js';
import { ExperimentList } from './policies/experiments.js';
import { PolicyList } from './policies/list.js';
import { NewExperiment } from './policies/new-experiment.js';
import { NewPolicy, PolicyView } from './policies/policy.js';
import './policies/policies.css';

const TABS = [
  { name: 'policies', title: 'Policies', href: hrefTo(['policies']) },
  { name: 'experiments', title: 'Experiments', href: hrefTo(['policies', 'experiments']) },
];

const actions = (isNew: boolean, name?: string): ComponentChildren =>
  may('admin') && !isNew ? (
    <>
      <a class="button" href={hrefTo(['policies', 'new-experiment'], { policy: name })}>
        Start an experiment
      </a>
      <a class="button" href={hrefTo(['policies', 'new'])}>
        New policy
      </a>
    </>
  ) : undefined;

function View({ parts: [kind, name] }: PageProps) {
  if (kind === undefined) return <PolicyList />;
  if (kind === 'policy' && name !== undefined) return <PolicyView key={name} name={name} />;
  if (kind === 'new') return <NewPolicy />;
  if (kind === 'experiments')
    return name === undefined ? <ExperimentList /> : <ExperimentView key={name} name={name} />;
  if (kind === 'new-experiment') return <NewExperiment />;
  return <Failed problem={new Problem('not_found', 404, `There is no page ${kind} of policies.`)} />;
}

export default function PoliciesPage({ parts }: PageProps) {
  const [kind, name] = parts;
  const isOfExperiments = kind === 'experiments' || kind === 'new-experiment';
  const buttons = actions(kind?.startsWith('new') ?? false, kind === 'policy' ? name : undefined);
  return (
    <Page title="Policies" {...(buttons !== undefined && { actions: buttons })}>
      <Tabs label="Policies and experiments" tabs={TABS} current={isOfExperiments ? 'experiments' : 'policies'} />
      <div class="stack">
        <ReadersNote what="Policies and experiments" />
        <View parts={parts} />
      </div>
    </Page>
  );
}
