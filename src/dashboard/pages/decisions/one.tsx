import type { Schemas } from '../../../client/index.js';
import { Excluded, LooksLike, Neighbours, WouldChange } from '../../kit/explained.js';
import { duration, percent, time, usd } from '../../kit/format.js';
import { Badge, Card, Llm, Page } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { Quality, Ranking } from '../../kit/ranking.js';
import { hrefTo } from '../../kit/router.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { CallFacts, Facts } from './call.js';
import { Conversation } from './conversation.js';
import { GiveFeedback } from './feedback.js';
import { CascadeSteps, Results } from './results.js';
import './decisions.css';

type Detail = Schemas['DecisionDetail'];

/** Texts longer than this are not put into an address. */
const TRIED_CHARS = 2_000;

function Query({ detail: { query, query_hash: hash, decision_id: id, at, task } }: { detail: Detail }) {
  return (
    <Card title="Query" span={7}>
      <div class="stack">
        {query === null ? (
          <p class="muted">Its text is not kept: only its hash, {hash.slice(0, 16)}…</p>
        ) : (
          <pre class="query-text" tabIndex={0} aria-label="Text of the query">
            {query}
          </pre>
        )}
        <Facts
          facts={[
            ['When', time(at)],
            ['Task', task],
            ['Id', <code>{id}</code>],
          ]}
        />
      </div>
    </Card>
  );
}

function Chosen({ detail }: { detail: Detail }) {
  const chosen = detail.ranking.find(({ model }) => model === detail.model);
  const { experiment } = detail;
  return (
    <Card title="Chosen" span={5}>
      <Facts
        facts={[
          ['LLM', <Llm id={detail.model} />],
          ['Expected quality', chosen !== undefined && <Quality {...chosen} />],
          ['Expected cost', chosen !== undefined && usd(chosen.cost_usd)],
          [
            'Expected latency',
            chosen !== undefined &&
              `${duration(chosen.latency_ms)}, nine in ten within ${duration(chosen.latency_p90_ms)}`,
          ],
          ['Policy', <a href={hrefTo(['policies'])}>{detail.policy}</a>],
          [
            'Experiment',
            experiment !== null && <Badge tone="info">{`${experiment.experiment}: ${experiment.arm}`}</Badge>,
          ],
          ['Chance of it', detail.propensity === 1 ? 'none: it was sure' : percent(detail.propensity)],
          ['Scored by', detail.router],
          ['Version', detail.version === null ? 'nothing trained yet' : <code>{detail.version}</code>],
        ]}
      />
    </Card>
  );
}

function Why({ detail: { explanation, explained_by: by, version, excluded } }: { detail: Detail }) {
  return (
    <>
      <Card title="Why" span={7}>
        {explanation === null ? (
          <p class="muted">Without the text of the query, only the ranking is left to see.</p>
        ) : (
          <div class="stack">
            <p>{explanation.summary}</p>
            <h3>What would change the choice</h3>
            <div>
              <WouldChange runnerUp={explanation.runner_up} />
            </div>
          </div>
        )}
      </Card>
      <Card title="Excluded" span={5}>
        <Excluded excluded={excluded} />
      </Card>
      {explanation !== null && (
        <>
          <Card title="Nearest logged queries" span={7} aside={by !== version && 'of the version in force now'}>
            <Neighbours neighbours={explanation.neighbours} />
          </Card>
          <Card title="It looks like" span={5}>
            <LooksLike {...explanation} />
          </Card>
        </>
      )}
    </>
  );
}

function Whole({ detail, onGiven }: { detail: Detail; onGiven: () => void }) {
  return (
    <div class="grid">
      <Query detail={detail} />
      <Chosen detail={detail} />
      <Card title="Ranking">
        <Ranking ranking={detail.ranking} chosen={detail.model} label="Candidates, best first" />
      </Card>
      <Why detail={detail} />
      {detail.cascade !== null && (
        <Card title="Cascade">
          <CascadeSteps cascade={detail.cascade} />
        </Card>
      )}
      <Card title="What came of it" span={detail.call === null ? 12 : 7}>
        <Results outcomes={detail.outcomes} comments={detail.comments} />
      </Card>
      {detail.call !== null && (
        <Card title="The call" span={5}>
          <CallFacts call={detail.call} />
        </Card>
      )}
      {detail.call !== null && detail.call.session !== null && <Conversation id={detail.decision_id} />}
      <Card title="Give feedback" span={7}>
        <GiveFeedback id={detail.decision_id} onGiven={onGiven} />
      </Card>
      <Card title="Rules" span={5}>
        <pre tabIndex={0} aria-label="Rules that it was made by">
          {JSON.stringify(detail.rules, null, 2)}
        </pre>
      </Card>
    </div>
  );
}

/** One decision, whole. */
export function OneDecision({ id }: { id: string }) {
  const query = useQuery(
    (signal) => answered(client.GET('/v1/decisions/{id}', { params: { path: { id } }, signal })),
    [id],
    { follows: ['feedback'], pauseMs: 5_000 },
  );
  const text = query.data?.query ?? null;
  return (
    <Page
      title="Decision"
      actions={
        <>
          <a href={hrefTo(['decisions'])}>All decisions</a>
          {text !== null && text.length <= TRIED_CHARS && (
            <a class="button" href={hrefTo(['try'], { query: text })}>
              Try it again
            </a>
          )}
        </>
      }
    >
      <Loaded query={query} rows={10}>
        {(detail) => <Whole detail={detail} onGiven={query.reload} />}
      </Loaded>
    </Page>
  );
}
