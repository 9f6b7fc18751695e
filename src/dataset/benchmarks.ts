import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../base/paths.js';
import { encodeSome } from '../encoder/some.js';
import type { Encoder } from '../encoder/types.js';
import { dot } from '../math/linear.js';
import { matrix, type Matrix } from '../math/matrix.js';
import { toUnit } from '../math/unit.js';
import type { MetricSettings } from '../schema/metric.js';
import type { LlmProfile } from '../schema/profile.js';
import { nameId, strengthsOf, type Strength } from '../schema/strength.js';

/** How far a benchmark tells of a task about the same subject: one of the same name tells wholly. */
const SAME_SUBJECT = 0.5;
/** Cosine of two names' vectors from which on a benchmark tells of a task; it tells wholly where they are one. */
const ALIKE = 0.5;

/** How far a strength counts that no LLM had declared in training. */
const UNHEARD = 0.5;
/** What is usual of one where none had declared any. */
const USUAL = 0.5;

/** Benchmarks and metrics of task types that LLMs declare, and what each tells of the tasks of a log. */
export interface Benchmarks {
  /** Ids of strengths, ascending. */
  names: readonly string[];
  /** Mean score of each over the LLMs that declare it `[names.length]`, in [0, 1]. */
  usual: Float32Array;
  /** How far each tells of each task `[names.length, numTasks]`, in [0, 1]. */
  match: Matrix;
  tasks: readonly string[];
}

let subjects: ReadonlyMap<string, ReadonlySet<string>> | undefined;
/**
 * Subjects of a benchmark or a task, as `models/benchmarks.yaml` has them: those of its name, else of the words in it.
 */
function subjectsOf(name: string): ReadonlySet<string> {
  if (subjects === undefined) {
    const table = parse(readFileSync(join(packageRoot, 'models/benchmarks.yaml'), 'utf8')) as Record<string, string[]>;
    const read = new Map<string, Set<string>>();
    for (const [subject, names] of Object.entries(table))
      for (const one of names) {
        const id = nameId(one);
        read.set(id, (read.get(id) ?? new Set()).add(subject));
      }
    subjects = read;
  }
  const known = subjects;
  const words = name.split(/[^\p{L}\p{N}+]+/u);
  return known.get(nameId(name)) ?? new Set(words.flatMap((word) => [...(known.get(nameId(word)) ?? [])]));
}

/** LLMs that declare something, and what their metrics mean. */
export interface Declaring {
  llms: readonly LlmProfile[];
  metrics?: MetricSettings | undefined;
}

/**
 * Matches what LLMs declare to tasks: by name, by subject, and by meaning as far as the encoder knows the words of a
 * name and of a task's description.
 */
export async function matchBenchmarks(
  encoder: Encoder,
  { llms, metrics }: Declaring,
  tasks: readonly { id: string; description: string }[],
): Promise<Benchmarks> {
  const declared = llms.flatMap((llm) => strengthsOf(llm, metrics));
  const byId = new Map<string, Strength[]>();
  for (const strength of declared) byId.set(strength.id, [...(byId.get(strength.id) ?? []), strength]);
  const names = [...byId.keys()].toSorted();
  const usual = Float32Array.from(names, (name) => {
    const scores = byId.get(name)!.map(({ score }) => score);
    return scores.reduce((a, b) => a + b, 0) / scores.length;
  });
  const match = matrix(names.length, tasks.length);
  const ids = tasks.map(({ id }) => id);
  if (names.length === 0) return { names, usual, match, tasks: ids };

  const { start, end } = encoder.semantic ?? { start: 0, end: encoder.dim };
  const meanings = async (texts: readonly string[]): Promise<Float32Array[]> =>
    (await encodeSome(encoder, texts.map(spoken))).map((vector) => toUnit(vector.slice(start, end)));
  const ofNames = await meanings(names.map((name) => byId.get(name)![0]!.about));
  const ofTasks = await meanings(tasks.map(({ id, description }) => `${id} ${description}`));
  names.forEach((name, b) => {
    const { about, weight } = byId.get(name)![0]!;
    tasks.forEach(({ id }, t) => {
      const alike = dot(ofNames[b]!, 0, ofTasks[t]!, 0, end - start);
      match.data[b * tasks.length + t] = weight * Math.max(byName(about, id), (alike - ALIKE) / (1 - ALIKE));
    });
  });
  return { names, usual, match, tasks: ids };
}

/** How far a benchmark tells of a task by their names: wholly, half, or not at all. */
function byName(about: string, task: string): number {
  if (nameId(about) === nameId(task)) return 1;
  const there = subjectsOf(about);
  return [...subjectsOf(task)].some((one) => there.has(one)) ? SAME_SUBJECT : 0;
}

const spoken = (name: string): string => name.replaceAll(/[_\-/]+/g, ' ').trim();

/** What an LLM's benchmarks say of it. */
export interface DeclaredStrength {
  /** How much better than usual it is by all of them, shrunk by one that is as usual; undefined where none is known. */
  overall: number | undefined;
  /** How much better than that it is at each task `[numTasks]`; 0 where none tells. */
  byTask: Float32Array;
}

/**
 * What an LLM's benchmarks say of it, each held against what is usual there: an LLM that declares only hard ones is not
 * the worse for it. One that no LLM had declared in training is held against their mean, and counts half.
 */
export function declaredStrength(
  llm: LlmProfile,
  { names, usual, match, tasks }: Benchmarks,
  metrics?: MetricSettings,
): DeclaredStrength {
  const numTasks = match.cols;
  const places = new Map(names.map((name, b) => [name, b]));
  const known = strengthsOf(llm, metrics).map(({ id, about, score, weight }) => {
    const b = places.get(id);
    if (b !== undefined)
      return { beyond: score - usual[b]!, counts: 1, tells: (t: number) => match.data[b * numTasks + t]! };
    const mean = usual.length === 0 ? USUAL : usual.reduce((x, y) => x + y, 0) / usual.length;
    return { beyond: score - mean, counts: UNHEARD, tells: (t: number) => UNHEARD * weight * byName(about, tasks[t]!) };
  });
  const counted = known.reduce((sum, { counts }) => sum + counts, 0);
  const overall =
    known.length === 0
      ? undefined
      : known.reduce((sum, { beyond, counts }) => sum + counts * beyond, 0) / (counted + 1);
  const byTask = Float32Array.from({ length: numTasks }, (_, t) => {
    let [sum, told] = [0, 0];
    for (const { beyond, tells } of known) {
      const counts = tells(t);
      sum += counts * (beyond - overall!);
      told += counts;
    }
    return sum / Math.max(1, told);
  });
  return { overall, byTask };
}
