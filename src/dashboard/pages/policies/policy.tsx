import { useState } from 'preact/hooks';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { bodyOf, PolicyEditor } from './editor.js';
import { PreviewCard } from './preview.js';
import type { Rules } from './words.js';

/** One policy: what it says, and what it would have earned. */
export function PolicyView({ name }: { name: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/policies/{name}', { params: { path: { name } }, signal })),
    [name],
    { follows: ['policies'] },
  );
  const [draft, setDraft] = useState<Rules>();
  return (
    <Loaded query={query} rows={8}>
      {(policy) => (
        <div class="grid">
          <PolicyEditor policy={policy} onDraft={setDraft} />
          <PreviewCard name={name} rules={draft ?? bodyOf(policy)} />
        </div>
      )}
    </Loaded>
  );
}

/** A policy that is not made yet. */
export function NewPolicy() {
  const [draft, setDraft] = useState<Rules>({});
  return (
    <div class="grid">
      <PolicyEditor onDraft={setDraft} />
      <PreviewCard rules={draft} />
    </div>
  );
}
