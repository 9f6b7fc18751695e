import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { ConfirmButton } from '../../kit/dialog.js';
import { ago, compact, count, time, usd } from '../../kit/format.js';
import { Badge, Field } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { caller, client } from '../../kit/session.js';
import { Table, type Column } from '../../kit/table.js';

export type Key = Schemas['KeyInfo'];

const isPast = (at: string | null): boolean => at !== null && Date.parse(at) <= Date.now();
export const isGood = ({ revoked_at: revoked, expires_at: expires }: Key): boolean =>
  revoked === null && !isPast(expires);

function State({ of }: { of: Key }) {
  if (of.revoked_at !== null) return <Badge tone="bad">revoked {ago(of.revoked_at)}</Badge>;
  if (isPast(of.expires_at)) return <Badge tone="warn">expired {ago(of.expires_at)}</Badge>;
  if (of.expires_at === null) return <Badge tone="good">good</Badge>;
  return (
    <span title={time(of.expires_at)}>
      <Badge tone="good">ends {ago(of.expires_at)}</Badge>
    </span>
  );
}

/** What a key used of what it may, one line a limit. */
function limitLines({ limits, used }: Key): string[] {
  const { requests_per_minute: requests, tokens_per_minute: tokens, usd_per_day: day, usd_per_month: month } = limits;
  return [
    requests !== undefined && `${count(used.requests)} of ${count(requests)} requests a minute`,
    tokens !== undefined && `${compact(used.tokens)} of ${compact(tokens)} tokens a minute`,
    day !== undefined && `${usd(used.usd_today)} of ${usd(day)} a day`,
    month !== undefined && `${usd(used.usd_this_month)} of ${usd(month)} a month`,
  ].filter((line) => line !== false);
}

function Limits({ of }: { of: Key }) {
  const lines = limitLines(of);
  if (lines.length === 0) return <span class="muted">none</span>;
  return (
    <>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </>
  );
}

/** What a key is bounded to, beside its scopes. */
function boundsOf({ tenant, models, policies, texts, exploration }: Key): string {
  return [
    tenant !== null && `tenant ${tenant}`,
    models !== null && `LLMs ${models.join(', ')}`,
    policies !== null && `policies ${policies.join(', ')}`,
    texts !== null && `texts ${texts.store}${texts.hours === null ? '' : ` for ${texts.hours} h`}`,
    !exploration && 'never by chance',
  ]
    .filter((part) => part !== false)
    .join('; ');
}

function Name({ of }: { of: Key }) {
  const bounds = boundsOf(of);
  return (
    <div class="key-name">
      <strong>{of.name}</strong> {of.id === caller.value?.key && <Badge tone="info">yours</Badge>}
      <div class="muted mono">{of.id}</div>
      {bounds !== '' && <div class="muted">{bounds}</div>}
    </div>
  );
}

interface ActionProps {
  of: Key;
  onMade: (made: Schemas['KeyMade']) => void;
  onDone: () => void;
}

function Actions({ of, onMade, onDone }: ActionProps) {
  const [hours, setHours] = useState('24');
  if (!isGood(of)) return null;
  const path = { params: { path: { id: of.id } } };
  return (
    <span class="row nowrap">
      <ConfirmButton
        label="Rotate"
        title={`Give ${of.name} another secret?`}
        run={async () => {
          // What is no number is sent as it is, so that the service says what it expected.
          const overlap = (Number.isFinite(Number(hours)) ? Number(hours) : hours) as number;
          onMade(await answered(client.POST('/v1/keys/{id}/rotate', { ...path, body: { overlap_hours: overlap } })));
          onDone();
        }}
      >
        <p>The whole new key is shown once. The secret before it goes on being good for a while.</p>
        <Field label="Hours that the secret before stays good" hint="0 ends it at once; at most 2,160">
          <input inputMode="decimal" value={hours} onInput={(event) => setHours(event.currentTarget.value)} />
        </Field>
      </ConfirmButton>
      <ConfirmButton
        label="Revoke"
        title={`Revoke ${of.name}?`}
        isDangerous
        run={async () => {
          await answered(client.DELETE('/v1/keys/{id}', path));
          onDone();
        }}
      >
        <p>
          Whoever shows it is refused from now on, and for good.
          {of.id === caller.value?.key && ' It is the key that you are signed in with: you will be signed out.'}
        </p>
      </ConfirmButton>
    </span>
  );
}

export function KeyRows({ keys, ...actions }: { keys: readonly Key[] } & Omit<ActionProps, 'of'>) {
  const columns: Column<Key>[] = [
    { name: 'Key', cell: (key) => <Name of={key} />, by: ({ name }) => name },
    {
      name: 'May',
      cell: ({ scopes }) => (
        <span class="row">
          {scopes.map((scope) => (
            <Badge key={scope} {...(scope === 'admin' && { tone: 'warn' })}>
              {scope}
            </Badge>
          ))}
        </span>
      ),
    },
    { name: 'Used of its limits', cell: (key) => <Limits of={key} /> },
    {
      name: 'Made',
      cell: ({ created_at: at }) => <span title={time(at)}>{ago(at)}</span>,
      by: ({ created_at: at }) => at,
      isWideOnly: true,
    },
    {
      name: 'State',
      cell: (key) => (
        <>
          <State of={key} />
          {key.previous_until !== null && !isPast(key.previous_until) && isGood(key) && (
            <div class="muted">secret before is good until {time(key.previous_until)}</div>
          )}
        </>
      ),
      by: (key) => (isGood(key) ? 0 : 1),
    },
    { name: 'Change', cell: (key) => <Actions of={key} {...actions} /> },
  ];
  return <Table label="Keys" columns={columns} rows={keys} keyOf={({ id }) => id} />;
}
