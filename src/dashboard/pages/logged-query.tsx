import './logged-query.css';
import { Llm } from '../kit/parts.js';
import { count, score } from '../kit/format.js';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { client } from '../kit/session.js';
import { Loaded } from '../kit/states.js';
import { Table } from '../kit/table.js';

/** The text of a logged query, or that it is not kept. */
export function QueryText({ hash }: { hash: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/queries/{hash}', { params: { path: { hash } }, signal })),
    [hash],
  );
  return (
    <Loaded query={query} rows={2}>
      {({ query: text }) =>
        text === null ? (
          <p class="muted">Its text is not kept.</p>
        ) : (
          <p class="quote" tabIndex={0}>
            {text}
          </p>
        )
      }
    </Loaded>
  );
}

/** A logged query whole: its text, and how LLMs did on it. */
export function LoggedQuery({ hash }: { hash: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/queries/{hash}', { params: { path: { hash } }, signal })),
    [hash],
  );
  return (
    <Loaded query={query}>
      {({ query: text, answers }) => (
        <div class="stack">
          {text === null ? (
            <p class="muted">Its text is not kept.</p>
          ) : (
            <p class="quote" tabIndex={0}>
              {text}
            </p>
          )}
          {answers.length === 0 ? (
            <p class="muted">No answer to it was scored.</p>
          ) : (
            <Table
              label="Answers to the query"
              columns={[
                { name: 'LLM', cell: ({ model }) => <Llm id={model} /> },
                { name: 'Score', cell: (row) => score(row.score), by: (row) => row.score, isNumber: true },
                { name: 'Answers', cell: (row) => count(row.answers), isNumber: true },
              ]}
              rows={answers}
              keyOf={({ model }) => model}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}
