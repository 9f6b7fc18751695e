import type { Schemas } from '../../../client/index.js';
import { Badge, Card, Llm, type Tone } from '../../kit/parts.js';
import { Problem, answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo, place } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Empty, Failed, Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { count } from '../../kit/format.js';
import { ProviderForm } from './provider-form.js';

type Provider = Schemas['ProviderInfo'];

const KEY: Readonly<Record<Provider['key'], { tone: Tone; words: string }>> = {
  set: { tone: 'good', words: 'set' },
  missing: { tone: 'bad', words: 'missing' },
  none: { tone: 'info', words: 'none named' },
};

/** Where the key is, and whether it is there. */
function KeyState({ provider }: { provider: Provider }) {
  const { tone, words } = KEY[provider.key];
  const named = provider.key_env ?? provider.key_file;
  return (
    <>
      <Badge tone={tone}>{words}</Badge> {named !== undefined && <code>{named}</code>}
      {provider.key_problem !== null && <div class="text-bad">{provider.key_problem}</div>}
    </>
  );
}

const STATES: Readonly<Record<Schemas['DeploymentFare']['state'], Tone>> = {
  closed: 'good',
  half_open: 'warn',
  open: 'bad',
};

function Deployments({ provider }: { provider: Provider }) {
  if (provider.deployments.length === 0) return <span class="muted">no LLM names it</span>;
  return (
    <>
      {provider.deployments.map((one) => (
        <div key={`${one.model}/${one.deployment}`} class="row">
          <Llm id={one.model} /> <Badge tone={STATES[one.state]}>{one.state.replace('_', ' ')}</Badge>
          <span class="muted">
            {count(one.failures)} of {count(one.calls)} failed{one.full === null ? '' : `; full: ${one.full}`}
          </span>
        </div>
      ))}
    </>
  );
}

const COLUMNS: readonly Column<Provider>[] = [
  { name: 'Name', cell: ({ name }) => name, by: ({ name }) => name },
  { name: 'Address', cell: ({ base_url: url }) => <span class="mono break">{url}</span> },
  { name: 'Speaks', cell: ({ protocol }) => protocol, isWideOnly: true },
  { name: 'Key', cell: (provider) => <KeyState provider={provider} /> },
  { name: 'Deployments', cell: (provider) => <Deployments provider={provider} /> },
];

function NoProviders() {
  return (
    <Empty title="No provider yet">
      <p>A provider says where LLMs can be called. Add one here, or on the command line:</p>
      <pre>pointsman providers add openai --base-url https://api.openai.com/v1 --key-env OPENAI_API_KEY</pre>
    </Empty>
  );
}

export function ProvidersTab({ name }: { name: string | undefined }) {
  const query = useQuery((signal) => answered(client.GET('/v1/providers', { signal })), [], { follows: ['providers'] });
  const mayChange = may('admin');
  if (name === undefined && place.value.search.has('add') && mayChange) return <ProviderForm />;
  return (
    <Loaded query={query}>
      {({ providers }) => {
        const chosen = providers.find((one) => one.name === name);
        if (chosen !== undefined) return <ProviderForm key={chosen.name} provider={chosen} />;
        if (name !== undefined)
          return <Failed problem={new Problem('provider_not_found', 404, `There is no provider ${name}.`)} />;
        return (
          <Card
            title="Providers"
            aside={
              mayChange && (
                <a class="button" href={hrefTo(['settings', 'providers'], { add: '1' })}>
                  Add a provider
                </a>
              )
            }
          >
            {providers.length === 0 ? (
              <NoProviders />
            ) : (
              <Table
                label="Providers"
                columns={COLUMNS}
                rows={providers}
                keyOf={(one) => one.name}
                hrefOf={(one) => hrefTo(['settings', 'providers', one.name])}
              />
            )}
          </Card>
        );
      }}
    </Loaded>
  );
}
