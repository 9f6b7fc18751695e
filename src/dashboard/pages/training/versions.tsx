import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Confirm } from '../../kit/dialog.js';
import { ago, compact, count, score, time } from '../../kit/format.js';
import { Badge, Card } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { hrefTo, place, setSearch } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Table, type Column } from '../../kit/table.js';
import { Beside } from './beside.js';

export type Artifact = Schemas['ArtifactSummary'];

const bytesOf = ({ files }: Artifact): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

/** What a version's own router scored on the held-out queries. */
export const scoreOf = ({ router, metrics }: Artifact): number | undefined =>
  metrics[`score_${router.replaceAll('-', '_')}`];

/** Puts a version in force, once that is confirmed. */
function Activate({
  version,
  isOlder,
  onDone,
  onClose,
}: {
  version: Artifact;
  isOlder: boolean;
  onDone: () => void;
  onClose: () => void;
}) {
  return (
    <Confirm
      title={`${isOlder ? 'Roll back to' : 'Put'} ${version.version}${isOlder ? '?' : ' in force?'}`}
      does={isOlder ? 'Roll back' : 'Activate'}
      onClose={onClose}
      run={async () => {
        await answered(
          client.POST('/v1/weights/{version}/activate', { params: { path: { version: version.version } } }),
        );
        onDone();
      }}
    >
      <p>
        It was made {time(version.created_at)}. Every query is scored by it from now on; the version that serves now is
        kept, and can be activated again.
      </p>
      {version.status === 'rejected' && (
        <p class="text-warn">The gate rejected it: another router was better on held-out queries.</p>
      )}
    </Confirm>
  );
}

const COLUMNS: readonly Column<Artifact>[] = [
  { name: 'Version', cell: ({ version }) => <code>{version}</code> },
  { name: 'Made', cell: ({ created_at: at }) => <span title={time(at)}>{ago(at)}</span>, by: (one) => one.created_at },
  {
    name: 'State',
    cell: ({ active, status }) => (
      <span class="row tight">
        {active && <Badge tone="good">in force</Badge>}
        <Badge tone={status === 'rejected' ? 'warn' : 'info'}>{status}</Badge>
      </span>
    ),
  },
  { name: 'Router', cell: ({ router }) => router, isWideOnly: true },
  {
    name: 'Held-out score',
    cell: (one) => score(scoreOf(one)),
    by: (one) => scoreOf(one) ?? null,
    isNumber: true,
  },
  {
    name: 'Held out',
    cell: ({ metrics }) => <span title="queries">{count(metrics['held_out_queries'])}</span>,
    isNumber: true,
    isWideOnly: true,
  },
  {
    name: 'Size',
    cell: (one) => `${compact(bytesOf(one))}B`,
    by: bytesOf,
    isNumber: true,
    isWideOnly: true,
  },
];

function CompareBox({ version, chosen }: { version: string; chosen: readonly string[] }) {
  const isChosen = chosen.includes(version);
  const next = isChosen ? chosen.filter((one) => one !== version) : [...chosen, version].slice(-2);
  return (
    <input
      type="checkbox"
      aria-label={`Compare ${version}`}
      checked={isChosen}
      onChange={() => setSearch({ compare: next.join(',') })}
    />
  );
}

/** Versions, newest first: to look at, compare, activate and roll back to. */
export function Versions({ weights, onChange }: { weights: readonly Artifact[]; onChange: () => void }) {
  const [activating, setActivating] = useState<Artifact>();
  const active = weights.find((one) => one.active);
  const isOlder = (one: Artifact): boolean => active !== undefined && one.created_at < active.created_at;
  const before = weights.find((one) => isOlder(one) && one.status === 'accepted');
  const chosen = (place.value.search.get('compare') ?? '')
    .split(',')
    .filter((version) => weights.some((one) => one.version === version));
  const [a, b] = chosen.map((version) => weights.find((one) => one.version === version)!);
  const columns: readonly Column<Artifact>[] = [
    ...COLUMNS,
    ...(weights.length > 1
      ? [{ name: 'Compare', cell: ({ version }: Artifact) => <CompareBox version={version} chosen={chosen} /> }]
      : []),
    ...(may('admin') && weights.length > 1
      ? [
          {
            name: ' ',
            cell: (one: Artifact) =>
              !one.active && (
                <button onClick={() => setActivating(one)}>{isOlder(one) ? 'Roll back to it' : 'Activate'}</button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <Card
        title="Versions"
        aside={
          may('admin') &&
          before !== undefined && <button onClick={() => setActivating(before)}>Roll back to the one before</button>
        }
      >
        <Table
          label="Versions"
          columns={columns}
          rows={weights}
          keyOf={({ version }) => version}
          hrefOf={({ version }) => hrefTo(['training', version])}
        />
        {weights.length > 1 && b === undefined && (
          <p class="muted below">Tick two versions to see them side by side.</p>
        )}
      </Card>
      {a !== undefined && b !== undefined && <Beside a={a} b={b} />}
      {activating !== undefined && (
        <Activate
          version={activating}
          isOlder={isOlder(activating)}
          onDone={onChange}
          onClose={() => setActivating(undefined)}
        />
      )}
    </>
  );
}
