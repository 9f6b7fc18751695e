import { useEffect, useMemo, useState } from 'preact/hooks';
import { count } from '../kit/format.js';
import { Card, Page } from '../kit/parts.js';
import { answered } from '../kit/problem.js';
import { useQuery } from '../kit/query.js';
import { setSearch } from '../kit/router.js';
import { client } from '../kit/session.js';
import { Loaded } from '../kit/states.js';
import { Beginning, SelectedNode } from './graph/beside.js';
import { Controls, Legend, wantedNow, type Size, type Wanted } from './graph/controls.js';
import { layOutByForce, learnedPlaces, moveTo } from './graph/force.js';
import { drawnGraph, keyOf, neighboursIn, type Drawn, type Learned, type Neighbour } from './graph/model.js';
import { canDraw, GraphStage } from './graph/stage.js';
import { Trained } from './trained.js';
import './graph/graph.css';

/** Moves nodes to where the layout has them; answers how much of that is done. */
function useLayout(learned: Learned, graph: Drawn, layout: Wanted['layout']): number {
  const [done, setDone] = useState(1);
  useEffect(() => {
    setDone(1);
    if (layout === 'learned') {
      moveTo(graph, learnedPlaces(graph));
      return undefined;
    }
    setDone(0);
    return layOutByForce(learned, (places, share) => {
      moveTo(graph, places);
      setDone(share);
    });
  }, [graph, layout]);
  return done;
}

/** Whether a node is drawn: by its kind, and by what it belongs to. */
function shownBy(
  graph: Drawn,
  neighboursOf: (key: string) => readonly Neighbour[],
  { hidden, only }: Pick<Wanted, 'hidden' | 'only'>,
): (key: string) => boolean {
  const within = graph.hasNode(only) ? new Set([only, ...neighboursOf(only).map(({ node }) => keyOf(node))]) : null;
  return (key) => !hidden.has(graph.getNodeAttribute(key, 'kind')) && (within?.has(key) ?? true);
}

function leftOut({ left_out: { llms, tasks, queries, edges } }: Learned): string {
  const parts = [
    [llms, 'LLMs'],
    [tasks, 'tasks'],
    [queries, 'queries'],
    [edges, 'answers'],
  ] as const;
  const there = parts.filter(([n]) => n > 0).map(([n, what]) => `${count(n)} ${what}`);
  return there.length === 0 ? '' : `Not drawn: ${there.join(', ')}`;
}

function Drawing({ learned, wanted }: { learned: Learned; wanted: Wanted }) {
  const graph = useMemo(() => drawnGraph(learned), [learned]);
  const neighboursOf = useMemo(() => neighboursIn(learned), [learned]);
  const hidden = [...wanted.hidden].join();
  const isShown = useMemo(() => shownBy(graph, neighboursOf, wanted), [graph, neighboursOf, hidden, wanted.only]);
  const done = useLayout(learned, graph, wanted.layout);
  const drawn = useMemo(canDraw, []);
  const select = (key: string): void => setSearch({ node: key });
  const neighbours = useMemo(() => neighboursOf(wanted.selected), [neighboursOf, wanted.selected]);
  const selected = learned.nodes.find((node) => keyOf(node) === wanted.selected);
  return (
    <div class="grid">
      <Card
        span={7}
        title="What is joined to what"
        aside={done < 1 ? `Laying out, ${Math.round(100 * done)}%` : leftOut(learned)}
      >
        <div class="stack">
          <Controls nodes={learned.nodes} wanted={wanted} />
          {drawn ? (
            <GraphStage
              graph={graph}
              selected={wanted.selected}
              neighbours={neighbours}
              isShown={isShown}
              onSelect={select}
            />
          ) : (
            <p class="notice warn">This browser does not draw by WebGL 2. The tables say the same.</p>
          )}
          <Legend nodes={learned.nodes} hidden={wanted.hidden} />
          <p class="muted">
            {wanted.layout === 'learned'
              ? 'Queries that are alike lie near each other, tasks and kinds amid their queries, ' +
                'LLMs where they are better than others.'
              : 'What is joined pulls together, all else pushes apart.'}
          </p>
        </div>
      </Card>
      <div class="span-5">
        {selected === undefined ? (
          <Beginning nodes={learned.nodes} onSelect={select} />
        ) : (
          <SelectedNode node={selected} neighbours={neighbours} onSelect={select} />
        )}
      </div>
    </div>
  );
}

function Picture({ version, queries }: { version: string; queries: Size }) {
  const graph = useQuery(
    (signal) => answered(client.GET('/v1/graph', { params: { query: { queries: Number(queries) } }, signal })),
    [version, queries],
  );
  return (
    <Loaded query={graph} rows={8}>
      {(learned) => <Drawing learned={learned} wanted={wantedNow()} />}
    </Loaded>
  );
}

export default function GraphPage() {
  return (
    <Page title="Graph">
      <Trained>{(version) => <Picture version={version} queries={wantedNow().queries} />}</Trained>
    </Page>
  );
}
