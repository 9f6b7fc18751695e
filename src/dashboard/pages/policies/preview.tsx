import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Card, Field } from '../../kit/parts.js';
import { answered, problemFrom, type Problem } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Empty, Failed, Loading } from '../../kit/states.js';
import { PreviewResult } from './preview-result.js';
import { DEFAULT_POLICY, type Rules } from './words.js';

type Preview = Schemas['Preview'];

const DAYS = ['1', '7', '30', '90', '365'];

interface Shown {
  preview?: Preview;
  problem?: Problem;
  isBusy?: boolean;
  /** What it was estimated of. */
  asked?: string;
}

function NoData() {
  return (
    <Empty title="Nothing to estimate it from yet">
      <p>It is estimated from logged decisions and what came of them. Route queries, and post how answers were:</p>
      <pre>{'curl -X POST $URL/v1/feedback -d \'{"decision_id": "…", "model": "…", "score": 0.8}\''}</pre>
    </Empty>
  );
}

/** What a policy would have earned, beside one that is in force. Asked for by a button, as it takes a moment. */
export function PreviewCard({ name, rules }: { name?: string; rules: Rules }) {
  const policies = useQuery((signal) => answered(client.GET('/v1/policies', { signal })), [], {
    follows: ['policies'],
  });
  const [against, setAgainst] = useState(DEFAULT_POLICY);
  const [days, setDays] = useState('30');
  const [shown, setShown] = useState<Shown>({});
  const asked = JSON.stringify([rules, against, days]);
  const names = policies.data?.policies.map((policy) => policy.name) ?? [DEFAULT_POLICY];

  async function estimate(): Promise<void> {
    setShown(({ preview }) => ({ isBusy: true, ...(preview !== undefined && { preview }) }));
    try {
      const body = { body: rules, against, days: Number(days) };
      setShown({ preview: await answered(client.POST('/v1/policies/preview', { body })), asked });
    } catch (error) {
      setShown({ problem: problemFrom(error) });
    }
  }

  const { preview, problem, isBusy = false } = shown;
  return (
    <Card title="What it would have earned">
      <div class="stack">
        <div class="preview-asked">
          <Field label="Compared with">
            <select value={against} onChange={(event) => setAgainst(event.currentTarget.value)}>
              {names.map((one) => (
                <option key={one} value={one}>
                  {one}
                  {one === name ? ', as it is in force' : one === DEFAULT_POLICY ? ' (default)' : ''}
                </option>
              ))}
            </select>
          </Field>
          <Field label="From decisions of the last">
            <select value={days} onChange={(event) => setDays(event.currentTarget.value)}>
              {DAYS.map((one) => (
                <option key={one} value={one}>
                  {one === '1' ? 'day' : `${one} days`}
                </option>
              ))}
            </select>
          </Field>
          <button type="button" class="primary" disabled={isBusy} onClick={() => void estimate()}>
            {isBusy ? 'Estimating…' : 'Preview'}
          </button>
        </div>
        {problem !== undefined &&
          (problem.code === 'no_data' ? <NoData /> : <Failed problem={problem} onRetry={() => void estimate()} />)}
        {preview === undefined && problem === undefined && !isBusy && (
          <p class="muted">
            Preview estimates quality, cost and latency of what is written above, saved or not, from logged decisions.
          </p>
        )}
        {isBusy && preview === undefined && <Loading rows={6} label="Estimating" />}
        {preview !== undefined && !isBusy && shown.asked !== asked && (
          <p class="notice warn" role="status">
            The rules changed since: preview again.
          </p>
        )}
        {preview !== undefined && <PreviewResult preview={preview} name={name ?? 'the new policy'} />}
      </div>
    </Card>
  );
}
