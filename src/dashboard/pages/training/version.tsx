import { compact, count, score, time } from '../../kit/format.js';
import { Badge, Card, Figure } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Table, type Column } from '../../kit/table.js';
import { Gate } from './gate.js';
import { scoreOf, type Artifact } from './versions.js';

type File = Artifact['files'][number];

const FILES: readonly Column<File>[] = [
  { name: 'File', cell: ({ name }) => <code>{name}</code> },
  { name: 'Size', cell: ({ bytes }) => `${compact(bytes)}B`, by: ({ bytes }) => bytes, isNumber: true },
  { name: 'SHA-256', cell: ({ sha256 }) => <code title={sha256}>{sha256.slice(0, 12)}…</code>, isWideOnly: true },
];

function Whole({ one }: { one: Artifact }) {
  const { metrics } = one;
  return (
    <div class="stack">
      <Card>
        <div class="figures">
          <Figure
            label="State"
            value={one.active ? <Badge tone="good">in force</Badge> : <Badge>not in force</Badge>}
            note={one.status}
          />
          <Figure
            label="Held-out score"
            value={score(scoreOf(one))}
            note={`of ${count(metrics['held_out_queries'])} queries`}
          />
          <Figure label="Calibration error" value={score(metrics['calibration_error'])} note="of learned scores" />
          <Figure
            label="Training loss"
            value={score(metrics['training_loss'])}
            note={`${count(metrics['epochs'])} epochs`}
          />
        </div>
      </Card>
      <Card title="What it was held against">
        <Gate comparison={one.comparison} metrics={metrics} />
      </Card>
      <div class="grid">
        <Card title="How it was made" span={6}>
          <dl class="facts">
            <dt>Made</dt>
            <dd>{time(one.created_at)}</dd>
            <dt>Router</dt>
            <dd>{one.router}</dd>
            <dt>Design</dt>
            <dd>{one.design}</dd>
            <dt>Seed</dt>
            <dd>{one.seed}</dd>
            <dt>Backend</dt>
            <dd>{one.backend}</dd>
            <dt>Snapshot</dt>
            <dd>
              <code>{one.snapshot}</code>
            </dd>
          </dl>
        </Card>
        <Card title="Files" span={6}>
          <Table label="Files" columns={FILES} rows={one.files} keyOf={({ name }) => name} />
          <pre class="below">curl -O {`${location.origin}/v1/weights/${one.version}/weights.safetensors`}</pre>
        </Card>
      </div>
    </div>
  );
}

/** One version: what it was held against, how it was made, its files. */
export function Version({ version }: { version: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/weights/{version}', { params: { path: { version } }, signal })),
    [version],
    { follows: ['artifacts'] },
  );
  return (
    <Loaded query={query} rows={8}>
      {(one) => <Whole one={one} />}
    </Loaded>
  );
}
