import { Excluded, LooksLike, Neighbours, WouldChange } from '../../kit/explained.js';
import { duration, percent, usd } from '../../kit/format.js';
import { Badge, Card, Llm } from '../../kit/parts.js';
import { Quality, Ranking } from '../../kit/ranking.js';
import { hrefTo } from '../../kit/router.js';
import { Failed, Loading } from '../../kit/states.js';
import type { Streamed } from './stream.js';
import type { Decided, Tried } from './tried.js';

function Chosen({ decided }: { decided: Decided }) {
  const chosen = decided.ranking.find(({ model }) => model === decided.model);
  return (
    <div class="row chosen">
      <strong>
        <Llm id={decided.model} />
      </strong>
      {chosen !== undefined && (
        <>
          <Quality {...chosen} />
          <span>{usd(chosen.cost_usd)}</span>
          <span>{duration(chosen.latency_ms)}</span>
        </>
      )}
      {decided.propensity < 1 && <Badge tone="info">by chance, {percent(decided.propensity)}</Badge>}
      {decided.experiment !== null && (
        <Badge tone="info">{`${decided.experiment.experiment}: ${decided.experiment.arm}`}</Badge>
      )}
      {decided.version === null && <Badge tone="warn">nothing trained yet</Badge>}
      {(decided.relaxed ?? []).map((bound) => (
        <Badge key={bound} tone="warn">{`breaks ${bound}`}</Badge>
      ))}
      <a href={hrefTo(['decisions', decided.decision_id])}>The decision</a>
    </div>
  );
}

function Answer({ streamed, onGoOn }: { streamed: Streamed; onGoOn: (() => void) | undefined }) {
  return (
    <section class="stack" aria-label="Answer">
      <h3>Answer</h3>
      <pre class="answer" aria-live="polite" aria-busy={streamed.state === 'streaming'} tabIndex={0}>
        {streamed.text || (streamed.state === 'streaming' ? '…' : 'Nothing was answered.')}
      </pre>
      <p class="row muted">
        {streamed.firstMs !== undefined && <span>first words after {duration(streamed.firstMs)}</span>}
        {streamed.state === 'done' && <span>whole after {duration(streamed.totalMs)}</span>}
        {streamed.state === 'stopped' && <Badge tone="warn">stopped</Badge>}
        {streamed.state === 'done' && onGoOn !== undefined && (
          <button type="button" onClick={onGoOn}>
            Go on with the chat
          </button>
        )}
      </p>
    </section>
  );
}

function Explained({ decided: { explanation } }: { decided: Decided }) {
  if (explanation === null) return <p class="muted">Without the text of the query there is no explanation.</p>;
  return (
    <>
      <p>{explanation.summary}</p>
      <h3>What would change the choice</h3>
      <div>
        <WouldChange runnerUp={explanation.runner_up} />
      </div>
      <h3>Excluded</h3>
      <Excluded excluded={explanation.excluded} more={explanation.more_excluded} />
      <h3>Nearest logged queries</h3>
      <Neighbours neighbours={explanation.neighbours} />
      <h3>It looks like</h3>
      <LooksLike {...explanation} />
    </>
  );
}

/** What came of a try. */
export function Result(props: { title: string; tried: Tried; span: 6 | 12; onGoOn?: (() => void) | undefined }) {
  const { title, tried, span, onGoOn } = props;
  const { decided, streamed, problem, isRunning } = tried;
  if (decided === undefined && streamed === undefined && problem === undefined && !isRunning) return null;
  return (
    <Card title={title} span={span}>
      <div class="stack">
        {problem !== undefined && <Failed problem={problem} />}
        {isRunning && decided === undefined && streamed === undefined && <Loading rows={4} label="Asking" />}
        {decided !== undefined && <Chosen decided={decided} />}
        {streamed !== undefined && <Answer streamed={streamed} onGoOn={onGoOn} />}
        {decided !== undefined && (
          <>
            <Ranking
              ranking={decided.ranking}
              chosen={decided.model}
              label={`Candidates, best first: ${title}`}
              isNarrow={span === 6}
            />
            {(decided.more_ranked ?? 0) > 0 && <p class="muted">and {decided.more_ranked} more</p>}
            <Explained decided={decided} />
          </>
        )}
      </div>
    </Card>
  );
}
