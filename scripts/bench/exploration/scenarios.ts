import type { Rng } from '../../../src/base/rng.js';
import type { LlmProfile } from '../../../src/schema/profile.js';
import type { Chances, Stream } from './stream.js';

/** A query of the stream, with what a version that knows all LLMs expects of each. */
export interface Known {
  query: string;
  kind: string;
  scores: Readonly<Record<string, number>>;
  expected: ReadonlyMap<string, number>;
}

/** What one way of exploring comes to. */
export interface Outcome {
  /** Quality given up against who knows of every change at once, in points of a query, summed over the stream. */
  regret: number;
  /** By name, what is reported of the scenario. */
  figures: Record<string, number>;
}

/** Points of score that an LLM gains or loses on a query, as it is at a time. */
type Shift = (query: Known, model: string) => number;
const NONE: Shift = () => 0;

/** Queries that a policy is looked at by. */
const LOOKED_AT = 900;

const clamp = (x: number): number => Math.min(1, Math.max(0, x));

/** The stream of one scenario: draws queries, has them answered, and sums what was given up. */
class Run {
  regret = 0;
  private readonly queries: readonly Known[];
  private readonly stream: Stream;
  private readonly rng: Rng;

  constructor({ queries, stream, rng }: ScenarioParts) {
    this.queries = queries;
    this.stream = stream;
    this.rng = rng;
  }

  /** True score of an LLM's answer, changes included. */
  score(q: Known, model: string, shift: Shift): number {
    return clamp(q.scores[model]! + shift(q, model));
  }

  /** The LLM that is chosen by who knows of every change: among those that there are. */
  informed(q: Known, shift: Shift, without?: string): string {
    let best: string | null = null;
    let most = -Infinity;
    for (const [model, quality] of q.expected) {
      if (model === without) continue;
      const value = quality + shift(q, model);
      if (value > most) [best, most] = [model, value];
    }
    return best!;
  }

  value(q: Known, chances: Chances, shift: Shift): number {
    let sum = 0;
    for (const [model, chance] of chances) if (chance > 0) sum += chance * this.score(q, model, shift);
    return sum;
  }

  /**
   * So many queries; answers the mean quality of what was chosen.
   *
   * @param without an LLM that is not there yet
   */
  async go(count: number, shift: Shift, without?: string): Promise<number> {
    let quality = 0;
    for (let i = 0; i < count; i++) {
      const q = this.queries[this.rng.int(this.queries.length)]!;
      const chances = await this.stream.ask(q.query, (model) => this.score(q, model, shift));
      const value = this.value(q, chances, shift);
      quality += value / count;
      this.regret += this.score(q, this.informed(q, shift, without), shift) - value;
    }
    return quality;
  }

  /** Mean over queries that a policy is looked at by, all of `kind` where one is given. */
  look(of: (q: Known, chances: Chances) => number, kind?: string): number {
    const queries = this.queries.filter((q) => kind === undefined || q.kind === kind);
    const every = Math.max(1, Math.floor(queries.length / LOOKED_AT));
    const seen = queries.filter((_, i) => i % every === 0);
    return seen.reduce((sum, q) => sum + of(q, this.stream.chances(q.query)) / seen.length, 0);
  }
}

export interface ScenarioParts {
  queries: readonly Known[];
  stream: Stream;
  rng: Rng;
  /** Queries of each phase. */
  length: number;
}

/** Nothing changes. */
export async function steady(parts: ScenarioParts): Promise<Outcome> {
  const run = new Run(parts);
  const looks: number[] = [];
  for (let part = 0; part < 4; part++) {
    await run.go(parts.length / 2, NONE);
    looks.push(run.look((q, chances) => run.value(q, chances, NONE)));
  }
  return { regret: run.regret, figures: { quality: looks.reduce((sum, look) => sum + look, 0) / looks.length } };
}

/** A better LLM is declared halfway: as good as it is in the log, and by `lift` better. */
export async function better(
  parts: ScenarioParts,
  { profile, lift }: { profile: LlmProfile; lift: number },
): Promise<Outcome> {
  const { stream, length } = parts;
  const newcomer = profile.id as string;
  const shift: Shift = (_, model) => (model === newcomer ? lift : 0);
  const run = new Run(parts);
  await run.go(length, shift, newcomer);
  const beforeRegret = run.regret;
  const before = run.look((q, chances) => run.value(q, chances, shift));
  const possible = run.look((q) => run.score(q, run.informed(q, shift), shift)) - before;
  await stream.declare(profile);
  const gained = (): number => run.look((q, chances) => run.value(q, chances, shift)) - before;
  await run.go(500, shift);
  const after500 = gained() / possible;
  await run.go(length - 500, shift);
  return {
    regret: run.regret - beforeRegret,
    figures: { possible, 'of the gain after 500': after500, 'of the gain at the end': gained() / possible },
  };
}

/** An LLM falls on one kind of query, and recovers. */
export async function recovery(
  parts: ScenarioParts,
  { model, kind, drop }: { model: string; kind: string; drop: number },
): Promise<Outcome> {
  const { queries, length } = parts;
  const own = queries.filter((q) => q.kind === kind);
  const mean = own.reduce((sum, q) => sum + q.scores[model]! / own.length, 0);
  const share = own.length / queries.length;
  // Scores are lowered in proportion, so that their mean falls by `drop` and none is below 0.
  const fallen: Shift = (q, of) => (of === model && q.kind === kind ? -q.scores[model]! * (drop / mean) : 0);
  const run = new Run(parts);
  const shareOf = (): number => run.look((_, chances) => chances.get(model) ?? 0, kind);
  await run.go(length / 2, NONE);
  const before = shareOf();
  await run.go(length, fallen);
  const sick = shareOf();
  await run.go(1_500, NONE);
  const after1500 = shareOf() / before;
  const ofKind = Math.max(0, Math.round(1_500 / share) - 1_500);
  await run.go(Math.min(ofKind, 2 * length), NONE);
  return {
    regret: run.regret,
    figures: { before, sick: sick / before, 'back after 1,500': after1500, 'back at the end': shareOf() / before },
  };
}
