import type { Rng } from '../../base/rng.js';
import { RELATIONS, type NodeKind, type Relation } from '../../graph/relations.js';
import { advantages, sureness, type Observed } from '../observed.js';

/** A neighbour that a node's text is composed from. */
export interface Link {
  relation: Relation;
  kind: NodeKind;
  index: number;
  /**
   * Where the relation is measured: the LLM's score here, of how many answers, and by how much it beat the other LLMs.
   */
  measured?: { score: number; count: number; advantage: number };
}

/**
 * Which neighbours a node hears of, in this order: the `most` best, and the `least` worst. Where nothing is measured
 * `most` are drawn. They bound what a profile costs, however large the log.
 */
const HEARD: Readonly<Record<NodeKind, readonly { relation: Relation; most: number; least: number }[]>> = {
  llm: [
    { relation: 'llm-task', most: 5, least: 3 },
    { relation: 'llm-query', most: 3, least: 2 },
    { relation: 'llm-benchmark', most: 4, least: 2 },
    { relation: 'llm-family', most: 1, least: 0 },
  ],
  family: [{ relation: 'llm-family', most: 4, least: 0 }],
  task: [
    { relation: 'task-domain', most: 2, least: 0 },
    { relation: 'query-task', most: 3, least: 0 },
    { relation: 'llm-task', most: 2, least: 1 },
    { relation: 'llm-benchmark', most: 1, least: 0 },
  ],
  domain: [{ relation: 'task-domain', most: 6, least: 0 }],
  query: [
    { relation: 'query-task', most: 1, least: 0 },
    { relation: 'llm-query', most: 2, least: 1 },
  ],
};

const MEASURED: readonly Relation[] = ['llm-task', 'llm-query', 'llm-benchmark'];

/** Edges of a relation by the node at one end. */
type Incident = Map<number, Link[]>;

function incident({ edges }: Observed, relation: Relation, kind: NodeKind): Incident {
  const found: Incident = new Map();
  const list = edges[relation];
  if (list === undefined) return found;
  const { source, target } = RELATIONS[relation];
  const [here, there, other] =
    source === kind ? [list.source, list.target, target] : [list.target, list.source, source];
  const beaten = MEASURED.includes(relation) ? advantages(list) : undefined;
  here.forEach((node, e) => {
    const link: Link = {
      relation,
      kind: other,
      index: there[e]!,
      ...(beaten ? { measured: { score: list.weight[e]!, count: list.count[e]!, advantage: beaten[e]! } } : {}),
    };
    const links = found.get(node);
    if (links) links.push(link);
    else found.set(node, [link]);
  });
  return found;
}

/** How much a link tells: few answers tell little. */
const weightOf = ({ measured }: Link): number => measured!.advantage * sureness(measured!.count);

/** Those that tell most; equals are drawn by the generator. */
function telling(links: readonly Link[], most: number, least: number, rng: Rng): Link[] {
  const drawn = rng.shuffle([...links]);
  if (drawn[0]?.measured === undefined) return drawn.slice(0, most);
  const sorted = drawn.toSorted((a, b) => weightOf(b) - weightOf(a));
  const better = sorted.filter(({ measured }) => measured!.advantage > 0).slice(0, most);
  const worse = sorted
    .toReversed()
    .filter(({ measured }) => measured!.advantage < 0)
    .slice(0, least);
  return [...better, ...worse];
}

/**
 * Answers the neighbours that a node's text is composed from, the same for a seed; better ones first, worse ones last.
 */
export function createLinks(observed: Observed, rng: Rng): (kind: NodeKind, index: number) => Link[] {
  const lists = new Map<string, Incident>();
  const linksOf = (relation: Relation, kind: NodeKind, index: number): readonly Link[] => {
    const key = `${relation} ${kind}`;
    let list = lists.get(key);
    if (list === undefined) lists.set(key, (list = incident(observed, relation, kind)));
    return list.get(index) ?? [];
  };
  const isWorse = (link: Link): boolean => (link.measured?.advantage ?? 0) < 0;
  return (kind, index) => {
    const links = HEARD[kind].flatMap(({ relation, most, least }) =>
      telling(linksOf(relation, kind, index), most, least, rng.fork(`${relation} ${kind} ${index}`)),
    );
    return [...links.filter((link) => !isWorse(link)), ...links.filter(isWorse)];
  };
}
