import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../base/paths.js';
import { encodeSome } from '../encoder/some.js';
import type { Encoder } from '../encoder/types.js';
import { dot } from '../math/linear.js';
import { matrix, type Matrix } from '../math/matrix.js';
import { toUnit } from '../math/unit.js';
import { benchmarkId, benchmarksOf } from '../schema/benchmark.js';
import type { LlmProfile } from '../schema/profile.js';

/** How far a benchmark tells of a task about the same subject: one of the same name tells wholly. */
const SAME_SUBJECT = 0.5;
/** Cosine of two names' vectors from which on a benchmark tells of a task; it tells wholly where they are one. */
const ALIKE = 0.5;

/** Benchmarks that LLMs declare, and what each tells of the tasks of a log. */
export interface Benchmarks {
  /** Ids, as {@link benchmarkId} gives them, ascending. */
  names: readonly string[];
  /** Mean score of each over the LLMs that declare it `[names.length]`, in [0, 1]. */
  usual: Float32Array;
  /** How far each tells of each task `[names.length, numTasks]`, in [0, 1]. */
  match: Matrix;
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
        const id = benchmarkId(one);
        read.set(id, (read.get(id) ?? new Set()).add(subject));
      }
    subjects = read;
  }
  const known = subjects;
  const words = name.split(/[^\p{L}\p{N}+]+/u);
  return known.get(benchmarkId(name)) ?? new Set(words.flatMap((word) => [...(known.get(benchmarkId(word)) ?? [])]));
}

/**
 * Matches the benchmarks that LLMs declare to tasks: by name, by subject, and by meaning as far as the encoder knows
 * the words of a name and of a task's description.
 */
export async function matchBenchmarks(
  encoder: Encoder,
  llms: readonly LlmProfile[],
  tasks: readonly { id: string; description: string }[],
): Promise<Benchmarks> {
  const written = new Map(llms.flatMap((llm) => Object.keys(llm.benchmarks ?? {}).map((n) => [benchmarkId(n), n])));
  const names = [...written.keys()].toSorted();
  const declared = llms.map(benchmarksOf);
  const usual = Float32Array.from(names, (name) => {
    const scores = declared.flatMap((of) => of.get(name) ?? []);
    return scores.reduce((a, b) => a + b, 0) / scores.length;
  });
  const match = matrix(names.length, tasks.length);
  if (names.length === 0) return { names, usual, match };

  const { start, end } = encoder.semantic ?? { start: 0, end: encoder.dim };
  const meanings = async (texts: readonly string[]): Promise<Float32Array[]> =>
    (await encodeSome(encoder, texts.map(spoken))).map((vector) => toUnit(vector.slice(start, end)));
  const ofNames = await meanings(names.map((name) => written.get(name)!));
  const ofTasks = await meanings(tasks.map(({ id, description }) => `${id} ${description}`));
  names.forEach((name, b) => {
    const about = subjectsOf(name);
    tasks.forEach(({ id }, t) => {
      const alike = dot(ofNames[b]!, 0, ofTasks[t]!, 0, end - start);
      const subject = [...subjectsOf(id)].some((one) => about.has(one)) ? SAME_SUBJECT : 0;
      match.data[b * tasks.length + t] =
        benchmarkId(id) === name ? 1 : Math.max(subject, (alike - ALIKE) / (1 - ALIKE), 0);
    });
  });
  return { names, usual, match };
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
 * the worse for it. Benchmarks that no LLM had declared in training have nothing to be held against, and say nothing.
 */
export function declaredStrength(llm: LlmProfile, { names, usual, match }: Benchmarks): DeclaredStrength {
  const numTasks = match.cols;
  const own = benchmarksOf(llm);
  const known = names.flatMap((name, b) => {
    const score = own.get(name);
    return score === undefined ? [] : [{ b, beyond: score - usual[b]! }];
  });
  const overall =
    known.length === 0 ? undefined : known.reduce((sum, { beyond }) => sum + beyond, 0) / (known.length + 1);
  const byTask = Float32Array.from({ length: numTasks }, (_, t) => {
    let [sum, told] = [0, 0];
    for (const { b, beyond } of known) {
      const counts = match.data[b * numTasks + t]!;
      sum += counts * (beyond - overall!);
      told += counts;
    }
    return sum / Math.max(1, told);
  });
  return { overall, byTask };
}
