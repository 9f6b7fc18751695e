import { ALL_RELATIONS, NODE_KINDS, type NodeKind, type Relation } from '../graph/relations.js';
import type { GraphParts } from '../graph/build.js';
import type { DesignName } from '../schema/training.js';

/** One point of the design space (RouteProfile, arXiv 2605.00180, section 3), as data. */
export interface ProfileDesign {
  form: 'flat' | 'structured';
  representation: 'embedding';
  /** Rounds of message passing; 0 exactly when flat. */
  hops: 0 | 1 | 2 | 3 | 4;
  learning: 'trainable';
  kinds: readonly NodeKind[];
  relations: readonly Relation[];
}

const structured = (hops: 1 | 2 | 3 | 4): ProfileDesign => ({
  form: 'structured',
  representation: 'embedding',
  hops,
  learning: 'trainable',
  kinds: NODE_KINDS,
  relations: ALL_RELATIONS,
});

export const DESIGNS: Readonly<Record<DesignName, ProfileDesign>> = {
  'structured-trainable': structured(2),
  'structured-trainable-1hop': structured(1),
  'structured-trainable-3hop': structured(3),
  'structured-trainable-4hop': structured(4),
  // One LLM's own facts and its overall record: what each query was and how it went is only summed.
  flat: { form: 'flat', representation: 'embedding', hops: 0, learning: 'trainable', kinds: ['llm', 'query'], relations: ['llm-query', 'llm-preference'] },
};

export const DEFAULT_DESIGN: DesignName = 'structured-trainable';

export function partsOf(design: ProfileDesign): GraphParts {
  return { kinds: new Set(design.kinds), relations: new Set(design.relations) };
}
