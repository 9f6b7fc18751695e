import { z } from 'zod';

export const FORMS = ['flat', 'structured'] as const;
export const REPRESENTATIONS = ['index', 'text', 'embedding'] as const;
export const LEARNING = ['training-free', 'trainable'] as const;
export const NORMALIZATIONS = ['symmetric', 'random-walk', 'none'] as const;
/** Kinds of node that a design can take; LLMs are always among them. */
export const DESIGN_KINDS = ['llm', 'family', 'task', 'domain', 'query'] as const;
export const MAX_HOPS = 4;

type Normalization = (typeof NORMALIZATIONS)[number];
type DesignKind = (typeof DESIGN_KINDS)[number];

interface LegalDesign {
  form: (typeof FORMS)[number];
  representation: (typeof REPRESENTATIONS)[number];
  learning: (typeof LEARNING)[number];
  hops: readonly number[];
  /** `undefined` where nothing is propagated by fixed weights. */
  normalization: readonly (Normalization | undefined)[];
  /** Kinds beside `llm` that may be taken, and those of which at least one must be. */
  kinds: readonly DesignKind[];
  oneOf: readonly DesignKind[];
}

const NO_KINDS: readonly DesignKind[] = [];
const OTHER_KINDS: readonly DesignKind[] = ['family', 'task', 'domain', 'query'];
/** A structured profile hears from something: no relation joins an LLM to a domain directly. */
const BESIDE_LLMS: readonly DesignKind[] = ['family', 'task', 'query'];
const DEEP = [1, 2, 3, 4];

/** Every legal combination: a design matches exactly one row. */
export const LEGAL_DESIGNS: readonly LegalDesign[] = [
  {
    form: 'flat',
    representation: 'index',
    learning: 'training-free',
    hops: [0],
    normalization: [undefined],
    kinds: NO_KINDS,
    oneOf: NO_KINDS,
  },
  {
    form: 'flat',
    representation: 'text',
    learning: 'training-free',
    hops: [0],
    normalization: [undefined],
    kinds: OTHER_KINDS,
    oneOf: NO_KINDS,
  },
  {
    form: 'structured',
    representation: 'text',
    learning: 'training-free',
    hops: DEEP,
    normalization: [undefined],
    kinds: OTHER_KINDS,
    oneOf: BESIDE_LLMS,
  },
  {
    form: 'structured',
    representation: 'embedding',
    learning: 'training-free',
    hops: DEEP,
    normalization: NORMALIZATIONS,
    kinds: OTHER_KINDS,
    oneOf: BESIDE_LLMS,
  },
  // What is trained learns from the answers to queries, so it can't do without them.
  {
    form: 'structured',
    representation: 'embedding',
    learning: 'trainable',
    hops: DEEP,
    normalization: [undefined],
    kinds: OTHER_KINDS,
    oneOf: ['query'],
  },
  // The trained model without message passing: an ablation that reads one LLM's own facts and record alone.
  {
    form: 'flat',
    representation: 'embedding',
    learning: 'trainable',
    hops: [0],
    normalization: [undefined],
    kinds: OTHER_KINDS,
    oneOf: ['query'],
  },
];

const fields = z.strictObject({
  form: z.enum(FORMS).describe('flat: of one LLM’s own facts and record; structured: aggregated over the graph'),
  representation: z.enum(REPRESENTATIONS),
  hops: z.int().min(0).max(MAX_HOPS).describe('Rounds of aggregation; 0 exactly when flat'),
  learning: z.enum(LEARNING),
  normalization: z
    .enum(NORMALIZATIONS)
    .optional()
    .describe('Of propagation with fixed weights; only for training-free structured embeddings'),
  kinds: z.array(z.enum(DESIGN_KINDS)).readonly().describe('Kinds of node that take part; llm is always one'),
});
type Fields = z.infer<typeof fields>;

interface Column {
  name: keyof Fields;
  legal: (row: LegalDesign, design: Fields) => boolean;
  allowed: (row: LegalDesign) => readonly unknown[];
}

/**
 * Fields in the order in which a design is looked up in the table: the first that no row allows is the one at fault.
 */
const COLUMNS: readonly Column[] = [
  { name: 'form', legal: (row, design) => row.form === design.form, allowed: (row) => [row.form] },
  {
    name: 'representation',
    legal: (row, design) => row.representation === design.representation,
    allowed: (row) => [row.representation],
  },
  { name: 'learning', legal: (row, design) => row.learning === design.learning, allowed: (row) => [row.learning] },
  { name: 'hops', legal: (row, design) => row.hops.includes(design.hops), allowed: (row) => row.hops },
  {
    name: 'normalization',
    legal: (row, design) => row.normalization.includes(design.normalization),
    allowed: (row) => row.normalization.map((n) => n ?? 'nothing'),
  },
];

/** What is wrong with the kinds of a design of this row, as what was expected; `null` for nothing. */
function wrongKinds(row: LegalDesign, kinds: readonly DesignKind[]): string | null {
  if (!kinds.includes('llm')) return 'llm among them';
  if (new Set(kinds).size < kinds.length) return 'each kind once';
  if (kinds.some((kind) => kind !== 'llm' && !row.kinds.includes(kind))) return 'llm alone';
  if (row.oneOf.length > 0 && !kinds.some((kind) => row.oneOf.includes(kind)))
    return `${row.oneOf.length > 1 ? 'one of ' : ''}${row.oneOf.join(', ')} among them`;
  return null;
}

/** One point of the design space of LLM profiles (RouteProfile, arXiv 2605.00180, section 3), as data. */
export const ProfileDesign = fields
  .superRefine((design, context) => {
    let rows = LEGAL_DESIGNS;
    const known: string[] = [];
    const fault = (name: keyof Fields, expected: string): void =>
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `expected ${expected}${known.length > 0 ? ` (for ${known.join(', ')})` : ''}`,
      });
    for (const { name, legal, allowed } of COLUMNS) {
      const left = rows.filter((row) => legal(row, design));
      if (left.length === 0) return fault(name, [...new Set(rows.flatMap(allowed))].join(' or '));
      rows = left;
      if (design[name] !== undefined) known.push(`${name} ${String(design[name])}`);
    }
    const wrong = wrongKinds(rows[0]!, design.kinds);
    if (wrong !== null) fault('kinds', wrong);
  })
  .meta({ id: 'ProfileDesign', description: 'One point of the design space of LLM profiles' });
export type ProfileDesign = z.infer<typeof ProfileDesign>;
