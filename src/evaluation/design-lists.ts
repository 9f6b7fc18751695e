import type { GraphRows } from '../graph/rows.js';
import { designName, PROFILE_DESIGNS, withKinds, type ProfileDesign } from '../profile/design.js';
import { LEGAL_DESIGNS } from '../schema/design.js';

export const DESIGN_TABLES = ['none', 'short', 'paper', 'all'] as const;
export type DesignTables = (typeof DESIGN_TABLES)[number];

/** A table of designs to be measured. */
export interface DesignList {
  caption: string;
  designs: ProfileDesign[];
}

type Kinds = ProfileDesign['kinds'];

/** Which kinds of node take part, as in the paper's table 2: LLM and family always. */
const PAPER_KINDS: readonly Kinds[] = [
  ['family', 'task', 'query', 'domain'],
  ['family', 'task', 'query'],
  ['family', 'task', 'domain'],
  ['family', 'query'],
  ['family', 'task'],
];
const PAPER_DESIGNS = ['structured-embedding-2hop', 'structured-text-2hop', 'flat-text'];

/** One of each form, representation and learning. */
const SHORT = ['index', 'flat-text', 'structured-text-2hop', 'structured-embedding-2hop', 'structured-trainable-2hop'];

const subsets = (kinds: Kinds): Kinds[] =>
  kinds.reduce<Kinds[]>((all, kind) => [...all, ...all.map((some) => [...some, kind])], [[]]);

/** Every point of the design space, with its sets of kinds limited to those that `has` says the log has. */
function legalDesigns(has: (kinds: Kinds) => boolean): ProfileDesign[] {
  return LEGAL_DESIGNS.flatMap(({ form, representation, learning, hops, normalization, kinds, oneOf }) =>
    hops.flatMap((depth) =>
      normalization.flatMap((norm) =>
        subsets(kinds)
          .filter((some) => has(some) && (oneOf.length === 0 || some.some((kind) => oneOf.includes(kind))))
          .map((some): ProfileDesign => ({
            form,
            representation,
            hops: depth,
            learning,
            ...(norm === undefined ? {} : { normalization: norm }),
            kinds: ['llm', ...some],
          })),
      ),
    ),
  );
}

/**
 * One design of each form, those of RouteProfile's tables 1 and 2 (arXiv 2605.00180), or all there are; without kinds
 * that the log has no node of, beyond table 1.
 */
export function designLists(which: DesignTables, rows: GraphRows): DesignList[] {
  if (which === 'none') return [];
  const numbers = {
    llm: rows.llms.length,
    family: rows.families.length,
    task: rows.tasks.length,
    domain: rows.domains.length,
    query: rows.queries.length,
  };
  const has = (kinds: Kinds): boolean => kinds.every((kind) => numbers[kind] > 0);
  if (which === 'short')
    return [
      {
        caption: 'One design of each form, representation and learning (of table 1 of RouteProfile)',
        designs: SHORT.map((name) => PROFILE_DESIGNS[name]!),
      },
    ];
  const first = {
    caption: 'Form, representation, depth and learning (as table 1 of RouteProfile)',
    designs: Object.values(PROFILE_DESIGNS),
  };
  if (which === 'all') {
    const shown = new Set(first.designs.map(designName));
    return [
      first,
      {
        caption: 'Every other legal design',
        designs: legalDesigns(has).filter((design) => !shown.has(designName(design))),
      },
    ];
  }
  // The family is in every row of the paper's table, so that a log without families may have them all.
  const kinds = PAPER_KINDS.filter((some) => has(some.filter((kind) => kind !== 'family')));
  return [
    first,
    {
      caption: 'Kinds of node beside LLM and family (as table 2 of RouteProfile)',
      designs: PAPER_DESIGNS.flatMap((name) => kinds.map((some) => withKinds(PROFILE_DESIGNS[name]!, some))),
    },
  ];
}
