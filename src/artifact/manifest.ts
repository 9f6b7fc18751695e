import { z } from 'zod';
import { Version } from '../schema/ids.js';
import { ARTIFACT_STATUSES, Comparison, DESIGN_NAMES, WEIGHINGS } from '../schema/training.js';

/** Grows when artifacts hold other tables than before. */
export const FORMAT = 7;
/** The first format whose baselines are as they are now; learned versions are not. */
export const BASELINES_SINCE = 3;

/** What `manifest.json` says of an artifact: enough to use the weights without this program. */
export const Manifest = z.strictObject({
  format: z.int().min(BASELINES_SINCE).max(FORMAT),
  version: Version,
  created_at: z.iso.datetime(),
  snapshot: z.string().describe('SHA-256 of the graph snapshot it was trained on'),
  router: z.string().describe('`learned`, or the name of a baseline'),
  design: z.enum(DESIGN_NAMES),
  hops: z.int().min(0).max(4),
  seed: z.int(),
  backend: z.string(),
  encoder: z.string().describe('Encoder of queries and descriptions; others do not fit these weights'),
  llms: z
    .array(z.string())
    .describe('Rows of embedding/llm and record/*, columns of anchor/scores and anchor/messages'),
  families: z.array(z.string()).describe('Rows of embedding/family'),
  tasks: z.array(z.string()).describe('Rows of embedding/task'),
  domains: z.array(z.string()).default([]).describe('Rows of embedding/domain'),
  kinds: z
    .array(z.string())
    .default([])
    .describe('Rows of embedding/kind: groups of queries that were discovered, by their typical words'),
  benchmarks: z.array(z.string()).default([]).describe('Rows of benchmark/*, without capitals and punctuation'),
  anchors: z.array(z.string()).describe('SHA-256 of the logged queries behind anchor/*'),
  ledger_rows: z.int(),
  weigh: z.enum(WEIGHINGS).default('queries').describe('What it was compared by: each query once, or by traffic'),
  continues: z
    .strictObject({ version: Version, began_at_rows: z.int() })
    .nullable()
    .describe(
      'The version whose weights training went on from, and the ledger’s rows when the first of that line was ' +
        'trained from nothing; null for one that was',
    ),
  reference: Version.nullable()
    .default(null)
    .describe(
      'The version that those after it are held against besides what is in force: of those before, the last that was ' +
        'better than the reference of its time, or the first; null for this one',
    ),
  status: z.enum(ARTIFACT_STATUSES),
  comparison: z.array(Comparison),
  serve: Version.nullable().describe(
    'What the gate said should serve: this version, a baseline’s, or null for the one that was in force',
  ),
  metrics: z.record(z.string(), z.number()),
  tensors: z.record(z.string(), z.array(z.int())).describe('Shape of each tensor of weights.safetensors'),
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
});
export type Manifest = z.infer<typeof Manifest>;

export const WEIGHTS_FILE = 'weights.safetensors';
export const MANIFEST_FILE = 'manifest.json';
/** LLMs' profiles as texts, by id; not in every artifact. */
export const PROFILES_FILE = 'profiles.json';
/** SHA-256 of the queries that those texts quote, as a list; not in artifacts from before texts could be forgotten. */
export const QUOTED_FILE = 'quoted.json';
export const QuotedQueries = z.array(z.string());
export const ProfileTexts = z.record(z.string(), z.strictObject({ flat: z.string(), structured: z.string() }));
export type ProfileTexts = z.infer<typeof ProfileTexts>;
