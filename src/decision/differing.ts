import { chain, type Maybe } from '../base/maybe.js';
import type { RoutingLoad } from '../live/load.js';
import type { Beside } from '../live/experiments.js';
import type { LlmId } from '../schema/ids.js';
import type { RankedLlm } from '../schema/route.js';
import type { ExpectedOfBoth } from '../schema/shadow.js';
import type { Asked } from './asked.js';
import { nextOf } from './conversation.js';
import { rankedBy, type RankingOtherwise } from './other-arm.js';

/** A decision that was made, as far as shadows take part in it. */
export interface Made {
  id: string;
  /** In milliseconds since the epoch. */
  at: number;
  asked: Asked;
  near: RoutingLoad | null;
  ranking: readonly RankedLlm[];
  /** The LLM that got the query. */
  chosen: LlmId;
  propensity: number;
}

/** What a shadow would have decided beside what was. */
export interface Differing {
  /** Who comes first by either: what exploration left to chance is not compared. */
  model: LlmId;
  candidate: LlmId;
  expected: ExpectedOfBoth;
}

type Expected = NonNullable<ExpectedOfBoth['active']['active']>;

function expectedIn(model: LlmId, rankings: readonly (readonly RankedLlm[])[]): Expected | null {
  for (const ranking of rankings) {
    const found = ranking.find((llm) => llm.model === model);
    if (found === undefined) continue;
    const { quality, cost_usd, latency_ms } = found;
    return { quality, cost_usd, latency_ms };
  }
  return null;
}

/** What a shadow would have decided. Throws (rejects with) what ranking throws. */
export function differingBy(
  parts: RankingOtherwise,
  { shadow: { candidate: by }, scorer }: Beside,
  { asked, near, ranking, chosen, propensity }: Made,
): Maybe<Differing> {
  return chain(rankedBy(parts, { candidate: by, scorer }, asked, near), ({ ranked, rules, known }): Differing => {
    const standing = asked.context?.standing ?? null;
    const relaxed = ranked.relaxed.length > 0;
    const first = standing === null ? ranked.ranking[0]! : nextOf(ranked.ranking, { standing, rules, relaxed }).chosen;
    const model = propensity === 1 ? chosen : ranking[0]!.model;
    const candidate = first.model;
    // Where both have one scorer, what one's rules leave out is known of the other's ranking.
    const isOne = known.scorer === asked.known.scorer;
    const [ours, theirs] = isOne
      ? [
          [ranking, ranked.ranking],
          [ranked.ranking, ranking],
        ]
      : [[ranking], [ranked.ranking]];
    return {
      model,
      candidate,
      expected: {
        active: { active: expectedIn(model, ours!), candidate: expectedIn(candidate, ours!) },
        candidate: { active: expectedIn(model, theirs!), candidate: expectedIn(candidate, theirs!) },
      },
    };
  });
}
