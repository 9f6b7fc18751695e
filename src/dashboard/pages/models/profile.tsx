import { useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { Confirm } from '../../kit/dialog.js';
import { count, duration, percent, score, usd } from '../../kit/format.js';
import { Badge, Card, Figure, Page } from '../../kit/parts.js';
import { answered, Problem } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { hrefTo } from '../../kit/router.js';
import { client, may } from '../../kit/session.js';
import { Empty, Loaded } from '../../kit/states.js';
import { Curves } from './curves.js';
import { Editor } from './editor.js';
import { Examples } from './examples.js';
import { Facts } from './facts.js';
import { HealthBadge } from './health.js';
import { trafficOf } from './known.js';
import { Nearest } from './nearest.js';
import { State } from './state.js';
import { Strengths } from './strengths.js';

type Known = Schemas['KnownProfile'];

/** What an LLM is in a few figures. */
function Figures({ known: { learned }, summary }: { known: Known; summary: Schemas['Summary'] }) {
  const { overall, usage, health, alerts } = learned;
  const { decisions, share } = trafficOf(summary, health.model);
  return (
    <Card>
      <div class="figures">
        <Figure
          label="Expected quality"
          value={score(overall.score)}
          note={`${score(overall.low)} to ${score(overall.high)}, of ${count(overall.answers)} answers`}
        />
        <Figure
          label="Cost of an answer"
          value={usd(usage.cost_usd)}
          note={`${count(usage.completion_tokens)} tokens`}
        />
        <Figure
          label="Latency"
          value={duration(usage.latency_ms)}
          note={`nine in ten within ${duration(usage.latency_p90_ms)}`}
        />
        <Figure label="Traffic, 30 days" value={percent(share)} note={`${count(decisions)} decisions`} />
        <Figure label="Failed answers" value={percent(usage.error_rate)} note={`of ${count(usage.answers)}`} />
        <Figure label="Health" value={<HealthBadge state={health.state} alerts={alerts.length} />} />
      </div>
    </Card>
  );
}

/** The profile as texts, which other programs read. */
function Texts({ texts }: { texts: Known['learned']['texts'] }) {
  if (texts === null) return null;
  return (
    <Card title="As a text" aside="What RouteProfile calls a text profile">
      <details>
        <summary>Its own facts and scores</summary>
        <pre>{texts.flat}</pre>
      </details>
      <details>
        <summary>With what it heard of others</summary>
        {texts.structured === null ? (
          <p class="muted">It quotes a query whose text is forgotten.</p>
        ) : (
          <pre>{texts.structured}</pre>
        )}
      </details>
    </Card>
  );
}

function Whole({ known, summary }: { known: Known; summary: Schemas['Summary'] }) {
  return (
    <>
      <Figures known={known} summary={summary} />
      <div class="grid">
        <Facts known={known} />
        <Nearest known={known} />
        <Strengths known={known} />
        <Examples title="Where it did best beside the others" queries={known.learned.wins} />
        <Examples title="Where it did worst" queries={known.learned.losses} />
        <Curves known={known} summary={summary} />
        <State known={known} />
      </div>
      <Texts texts={known.learned.texts} />
    </>
  );
}

function NotThere({ id }: { id: string }) {
  return (
    <Empty title={`There is no LLM ${id}`}>
      <p>
        It may have been taken out. <a href="#/models">All LLMs</a>
      </p>
    </Empty>
  );
}

/** Takes an LLM out of the candidates, once that is confirmed. */
function Remove({ id, onClose }: { id: string; onClose: () => void }) {
  return (
    <Confirm
      title={`Take ${id} out?`}
      does="Take out"
      isDangerous
      onClose={onClose}
      run={async () => {
        await answered(client.DELETE('/v1/models/{id}', { params: { path: { id } } }));
        location.hash = hrefTo(['models']);
      }}
    >
      <p>No query goes to it from now on. What is logged of it is kept: declared again, it is known as before.</p>
    </Confirm>
  );
}

export function Profile({ id }: { id: string }) {
  const [doing, setDoing] = useState<'edit' | 'remove'>();
  const query = useQuery(
    async (signal) => {
      const [known, summary] = await Promise.all([
        answered(client.GET('/v1/models/{id}', { params: { path: { id } }, signal })),
        answered(client.GET('/v1/summary', { signal })),
      ]);
      return { known, summary };
    },
    [id],
    { follows: ['catalog', 'artifacts', 'breakers', 'alerts', 'feedback'], pauseMs: 10_000 },
  );
  const isThere = query.data !== undefined;
  const isGone = query.problem instanceof Problem && query.problem.code === 'model_not_found';
  const { learned: _learned, ...declared } = query.data?.known ?? ({ id } as Known);
  return (
    <Page
      title={id}
      actions={
        <>
          <a href="#/models">All LLMs</a>
          {isThere && may('admin') && (
            <>
              <button onClick={() => setDoing('edit')} disabled={doing === 'edit'}>
                Edit
              </button>
              <button class="danger" onClick={() => setDoing('remove')}>
                Take out
              </button>
            </>
          )}
        </>
      }
    >
      <div class="stack">
        {doing === 'remove' && <Remove id={id} onClose={() => setDoing(undefined)} />}
        {doing === 'edit' && (
          <Editor
            declared={declared}
            onClose={() => setDoing(undefined)}
            onSaved={() => (setDoing(undefined), query.reload())}
          />
        )}
        {isGone ? (
          <NotThere id={id} />
        ) : (
          <Loaded query={query} rows={10}>
            {({ known, summary }) => (
              <>
                {known.learned.version === null && (
                  <p class="muted">
                    <Badge>Not trained</Badge> This is what is declared, and its mean score;{' '}
                    <a href="#/training">train</a> to learn its profile.
                  </p>
                )}
                <Whole known={known} summary={summary} />
              </>
            )}
          </Loaded>
        )}
      </div>
    </Page>
  );
}
