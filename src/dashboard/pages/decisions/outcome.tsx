import type { Schemas } from '../../../client/index.js';
import { score } from '../../kit/format.js';
import { Badge, type Tone } from '../../kit/parts.js';

type Summary = Schemas['DecisionSummary'];

/** From which mean score on an outcome is good, and below which it is bad. */
const [GOOD, BAD] = [0.7, 0.4];

/** Mean of the scores that came, by how much each counts; null where none did. */
function meanOf(outcomes: Summary['outcomes']): number | null {
  const scored = outcomes.filter((one) => one.score !== null);
  const weight = scored.reduce((sum, one) => sum + (one.weight ?? 1), 0);
  return weight === 0 ? null : scored.reduce((sum, one) => sum + one.score! * (one.weight ?? 1), 0) / weight;
}

const toneOf = (mean: number): Tone => (mean >= GOOD ? 'good' : mean < BAD ? 'bad' : 'warn');

/** What came of a decision, in a word. */
export function OutcomeBadge({ outcomes, call }: Pick<Summary, 'outcomes' | 'call'>) {
  const error = call?.error ?? outcomes.find((one) => one.error !== null)?.error ?? null;
  const mean = meanOf(outcomes);
  if (error !== null) return <Badge tone="bad">{error}</Badge>;
  if (mean !== null) return <Badge tone={toneOf(mean)}>score {score(mean)}</Badge>;
  return <span class="muted">{outcomes.length > 0 ? 'no score' : 'none yet'}</span>;
}
