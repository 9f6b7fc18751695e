import { Badge, Card } from '../../kit/parts.js';
import { count, score } from '../../kit/format.js';
import { hrefTo } from '../../kit/router.js';
import { Table } from '../../kit/table.js';
import { LoggedQuery } from '../logged-query.js';
import { JOINS, keyOf, LOOK, nameOf, SAYS, type Learned, type LearnedNode, type Neighbour } from './model.js';

/** Neighbours that are listed. */
const LISTED = 60;

/** Selects a node, wherever its name stands. */
function NodeName({ node, onSelect }: { node: LearnedNode; onSelect: (key: string) => void }) {
  return (
    <button type="button" class="plain node" onClick={() => onSelect(keyOf(node))}>
      <i class={`dot graph-${node.kind}`} aria-hidden="true" />
      {nameOf(node)}
    </button>
  );
}

function Neighbours({ neighbours, onSelect }: { neighbours: Neighbour[]; onSelect: (key: string) => void }) {
  return (
    <>
      <h3>
        {neighbours.length === 1 ? '1 neighbour' : `${count(neighbours.length)} neighbours`}
        {neighbours.length > LISTED && `, the first ${LISTED}`}
      </h3>
      <div class="tall">
        <Table
          label="Neighbours"
          columns={[
            {
              name: 'Node',
              cell: ({ node }) => <NodeName node={node} onSelect={onSelect} />,
              by: (n) => nameOf(n.node),
            },
            { name: 'Relation', cell: ({ relation }) => <span class="muted">{SAYS[relation]}</span> },
            {
              name: 'Weight',
              cell: ({ relation, weight }) => (JOINS.has(relation) ? '' : score(weight)),
              by: ({ relation, weight }) => (JOINS.has(relation) ? null : weight),
              isNumber: true,
            },
          ]}
          rows={neighbours.slice(0, LISTED)}
          keyOf={({ node, relation }) => `${relation} ${keyOf(node)}`}
        />
      </div>
    </>
  );
}

/** What is known of one node, and its neighbours. */
export function SelectedNode({
  node,
  neighbours,
  onSelect,
}: {
  node: LearnedNode;
  neighbours: Neighbour[];
  onSelect: (key: string) => void;
}) {
  return (
    <Card
      title={<span aria-live="polite">{nameOf(node)}</span>}
      aside={
        <span class="row">
          <Badge>{LOOK[node.kind].one}</Badge>
          <button type="button" class="plain" aria-label="Let go of the node" onClick={() => onSelect('')}>
            ✕
          </button>
        </span>
      }
    >
      <div class="stack">
        {node.kind === 'llm' && (
          <dl class="facts">
            <dt>Expected score</dt>
            <dd>{score(node.score)}</dd>
            <dt>Scored answers</dt>
            <dd>{count(node.answers)}</dd>
            <dt>Profile</dt>
            <dd>
              <a href={hrefTo(['models', node.id])}>All that is known of it</a>
            </dd>
          </dl>
        )}
        {node.kind === 'query' && <LoggedQuery hash={node.id} />}
        <Neighbours neighbours={neighbours} onSelect={onSelect} />
      </div>
    </Card>
  );
}

/** Where nothing is selected: the LLMs, as a beginning. */
export function Beginning({ nodes, onSelect }: Pick<Learned, 'nodes'> & { onSelect: (key: string) => void }) {
  const llms = nodes.filter(({ kind }) => kind === 'llm');
  return (
    <Card title="LLMs" aside="Select one here, or a node in the picture">
      <div class="tall">
        <Table
          label="LLMs of the graph"
          columns={[
            { name: 'LLM', cell: (node) => <NodeName node={node} onSelect={onSelect} />, by: ({ id }) => id },
            {
              name: 'Expected score',
              cell: (node) => score(node.score),
              by: (node) => node.score ?? null,
              isNumber: true,
            },
            {
              name: 'Answers',
              cell: (node) => count(node.answers),
              by: (node) => node.answers ?? null,
              isNumber: true,
            },
          ]}
          rows={llms}
          keyOf={({ id }) => id}
          sorted={{ column: 'Expected score', down: true }}
        />
      </div>
    </Card>
  );
}
