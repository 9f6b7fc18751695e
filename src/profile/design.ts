import type { GraphParts } from '../graph/build.js';
import { ALL_RELATIONS, NODE_KINDS, RELATIONS, type NodeKind } from '../graph/relations.js';
import { PointsmanError } from '../base/errors.js';
import { describe, parse } from '../schema/parse.js';
import { NORMALIZATIONS, ProfileDesign } from '../schema/design.js';
import type { DesignName } from '../schema/training.js';

export type { ProfileDesign } from '../schema/design.js';

const HOPS = [1, 2, 3, 4] as const;

const FLAT_TEXT: ProfileDesign = {
  form: 'flat',
  representation: 'text',
  hops: 0,
  learning: 'training-free',
  kinds: ['llm', 'family', 'query'],
};
const structuredText = (hops: number): ProfileDesign => ({
  form: 'structured',
  representation: 'text',
  hops,
  learning: 'training-free',
  kinds: NODE_KINDS,
});
const propagated = (hops: number, normalization: ProfileDesign['normalization']): ProfileDesign => ({
  form: 'structured',
  representation: 'embedding',
  hops,
  learning: 'training-free',
  normalization,
  kinds: NODE_KINDS,
});
const trainable = (hops: number): ProfileDesign => ({
  form: 'structured',
  representation: 'embedding',
  hops,
  learning: 'trainable',
  kinds: NODE_KINDS,
});

const perHop = (
  name: (hops: number) => string,
  design: (hops: number) => ProfileDesign,
): Record<string, ProfileDesign> => Object.fromEntries(HOPS.map((hops) => [name(hops), design(hops)]));

/** The designs that an evaluation compares, by name, in the order of the paper's table 1. */
export const PROFILE_DESIGNS: Readonly<Record<string, ProfileDesign>> = {
  index: { form: 'flat', representation: 'index', hops: 0, learning: 'training-free', kinds: ['llm'] },
  'flat-text': FLAT_TEXT,
  ...perHop((hops) => `structured-text-${hops}hop`, structuredText),
  ...perHop(
    (hops) => `structured-embedding-${hops}hop`,
    (hops) => propagated(hops, 'symmetric'),
  ),
  ...perHop((hops) => `structured-trainable-${hops}hop`, trainable),
};

/** The designs that `pointsman train` takes. */
export const DESIGNS: Readonly<Record<DesignName, ProfileDesign>> = {
  'structured-trainable': trainable(2),
  'structured-trainable-1hop': trainable(1),
  'structured-trainable-2hop': trainable(2),
  'structured-trainable-3hop': trainable(3),
  'structured-trainable-4hop': trainable(4),
  // One LLM's own facts and its overall record: what each query was and how it went is only summed.
  flat: { form: 'flat', representation: 'embedding', hops: 0, learning: 'trainable', kinds: ['llm', 'query'] },
};

export const DEFAULT_DESIGN: DesignName = 'structured-trainable';

/** Every name that {@link parseDesign} takes before its list of kinds. */
const NAMED: Readonly<Record<string, ProfileDesign>> = {
  ...PROFILE_DESIGNS,
  ...Object.fromEntries(
    NORMALIZATIONS.flatMap((n) =>
      n === 'symmetric' ? [] : HOPS.map((hops) => [`structured-embedding-${hops}hop-${n}`, propagated(hops, n)]),
    ),
  ),
  ...DESIGNS,
};

const inOrder = (kinds: readonly NodeKind[]): NodeKind[] => NODE_KINDS.filter((kind) => kinds.includes(kind));
const sameKinds = (a: readonly NodeKind[], b: readonly NodeKind[]): boolean => inOrder(a).join() === inOrder(b).join();

/**
 * The same design with these kinds of node beside LLMs, and no other.
 *
 * @throws PointsmanError `invalid_request` where the design can't have them
 */
export function withKinds(design: ProfileDesign, kinds: readonly NodeKind[]): ProfileDesign {
  return parse(ProfileDesign, { ...design, kinds: inOrder(['llm', ...kinds]) });
}

/**
 * Reads a design's name: one of {@link PROFILE_DESIGNS} or {@link DESIGNS}, with `-random-walk` or `-none` after a
 * propagated one; then, where not all its kinds of node take part, a colon and those that do beside LLMs
 * (`structured-text-2hop:family+task+query`; `:llm` for none).
 *
 * @throws PointsmanError `invalid_request`, listing the legal names
 */
export function parseDesign(text: string): ProfileDesign {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const design = Object.hasOwn(NAMED, name) ? NAMED[name]! : undefined;
  if (design === undefined)
    throw new PointsmanError(
      'invalid_request',
      `design: expected one of ${Object.keys(NAMED).join(', ')}; got ${describe(name)}`,
    );
  if (colon < 0) return design;
  const kinds = text.slice(colon + 1).split('+');
  const strange = kinds.find((kind) => !(NODE_KINDS as readonly string[]).includes(kind));
  if (strange !== undefined)
    throw new PointsmanError(
      'invalid_request',
      `design: expected kinds of node of ${NODE_KINDS.join(', ')} after the colon, joined by +; got ` +
        `${describe(strange)} in ${describe(text)}`,
    );
  return withKinds(design, kinds as NodeKind[]);
}

/** The name that {@link parseDesign} reads as this design. */
export function designName(design: ProfileDesign): string {
  const same = (other: ProfileDesign): boolean =>
    (['form', 'representation', 'hops', 'learning', 'normalization'] as const).every(
      (field) => other[field] === design[field],
    );
  const found = Object.entries(NAMED).find(([, other]) => same(other));
  if (found === undefined)
    throw new PointsmanError('invalid_request', `design: expected a legal one, got ${JSON.stringify(design)}`);
  const [name, { kinds }] = found;
  return sameKinds(kinds, design.kinds)
    ? name
    : `${name}:${
        inOrder(design.kinds)
          .filter((kind) => kind !== 'llm')
          .join('+') || 'llm'
      }`;
}

/** The part of the graph that a design takes: its kinds, and every relation between two of them. */
export function partsOf(design: ProfileDesign): GraphParts {
  const kinds = new Set<NodeKind>(design.kinds);
  return {
    kinds,
    relations: new Set(
      ALL_RELATIONS.filter(
        (relation) => kinds.has(RELATIONS[relation].source) && kinds.has(RELATIONS[relation].target),
      ),
    ),
  };
}
