import { z } from 'zod';

/** A figure, a label, or nothing where it can't be measured. */
const Cell = z.union([z.number(), z.string(), z.null()]);

export const ReportTable = z.strictObject({
  caption: z.string(),
  header: z.array(z.string()),
  rows: z.array(z.array(Cell)),
  /** Digits after the point of the numbers of each column; 4 unless given. */
  digits: z.array(z.int().min(0)).optional(),
});
export type ReportTable = z.infer<typeof ReportTable>;

/** Series of points over two axes. */
const CurvePlot = z.strictObject({
  kind: z.literal('curves'),
  title: z.string(),
  x: z.string(),
  y: z.string(),
  series: z.array(
    z.strictObject({
      name: z.string(),
      mark: z.enum(['line', 'step', 'dashes']),
      points: z.array(z.tuple([z.number(), z.number()])),
      emphasis: z.boolean().optional(),
    }),
  ),
});
export type CurvePlot = z.infer<typeof CurvePlot>;

/** A value with its interval for each of several names. */
const IntervalPlot = z.strictObject({
  kind: z.literal('intervals'),
  title: z.string(),
  x: z.string(),
  items: z.array(
    z.strictObject({
      name: z.string(),
      value: z.number(),
      low: z.number(),
      high: z.number(),
      emphasis: z.boolean().optional(),
    }),
  ),
});
export type IntervalPlot = z.infer<typeof IntervalPlot>;

export const ReportPlot = z.discriminatedUnion('kind', [CurvePlot, IntervalPlot]);
export type ReportPlot = z.infer<typeof ReportPlot>;

export const ReportSection = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** How it was measured, or why it was not. */
  notes: z.array(z.string()),
  tables: z.array(ReportTable),
  plots: z.array(ReportPlot),
  /** What measuring it took; training the folds is in that of the first section. */
  seconds: z.number().min(0),
});
export type ReportSection = z.infer<typeof ReportSection>;

/** What `pointsman evaluate` writes as report.json. */
export const EvaluationReport = z.strictObject({
  title: z.string(),
  created_at: z.iso.datetime(),
  /** What gets it again. */
  command: z.string(),
  log: z.strictObject({ queries: z.int(), llms: z.int(), tasks: z.int(), scores: z.int(), preferences: z.int() }),
  design: z.string(),
  encoder: z.string(),
  backend: z.string(),
  seed: z.int(),
  folds: z.int(),
  /** Whether it ended early: the sections are what was measured until then. */
  interrupted: z.literal(true).optional(),
  sections: z.array(ReportSection),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
