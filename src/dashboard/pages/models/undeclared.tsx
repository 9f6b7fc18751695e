import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { answered, type Problem, problemFrom } from '../../kit/problem.js';
import { client, may } from '../../kit/session.js';
import { Failed } from '../../kit/states.js';

/** LLMs that are listed here at most: the others follow once these are declared. */
const SHOWN = 20;

/** LLMs that feedback named and nobody declared: no query goes to them until somebody does. */
export function Undeclared({
  undeclared: { count, ids },
  onDone,
}: {
  undeclared: NonNullable<Schemas['ModelList']['undeclared']>;
  onDone: () => void;
}) {
  const [problem, setProblem] = useState<Problem>();
  const declare = async (id: string): Promise<void> => {
    setProblem(undefined);
    try {
      await answered(client.PUT('/v1/models/{id}', { params: { path: { id } }, body: {} }));
      onDone();
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  return (
    <div class="notice" role="status">
      <div>
        <strong>{count === 1 ? 'One LLM was named' : `${count} LLMs were named`} in feedback and never declared</strong>
        <p>No query goes to them until they are declared.</p>
        {problem !== undefined && <Failed problem={problem} title="Not declared" />}
        <div class="row">
          {ids.slice(0, SHOWN).map((id) =>
            may('admin') ? (
              <button key={id} type="button" onClick={() => void declare(id)}>
                Declare {id}
              </button>
            ) : (
              <code key={id}>{id}</code>
            ),
          )}
        </div>
      </div>
    </div>
  );
}
