import type { Schemas } from '../../../client/index.js';
import type { Tone } from '../../kit/parts.js';

type State = Schemas['ExperimentSummary']['state'];
type Kind = Schemas['ExperimentSummary']['kind'];
type Verdict = Schemas['ArmComparison']['verdict'];

export const KINDS: Readonly<Record<Kind, { name: string; about: string }>> = {
  shadow: {
    name: 'Shadow',
    about: 'The candidate decides silently beside what is in force, and nobody gets its choice.',
  },
  canary: {
    name: 'Canary',
    about:
      'The candidate gets a growing share of the traffic. It is rolled back by itself once a test says that it is ' +
      'worse.',
  },
  ab: { name: 'A/B test', about: 'Each conversation or key gets one of several arms, until a test tells them apart.' },
};

export const STATES: Readonly<Record<State, { tone: Tone; words: string }>> = {
  running: { tone: 'info', words: 'running' },
  paused: { tone: 'warn', words: 'paused' },
  ended: { tone: 'warn', words: 'ended' },
  promoted: { tone: 'good', words: 'promoted' },
  rolled_back: { tone: 'bad', words: 'rolled back' },
};

export const VERDICTS: Readonly<Record<Verdict, { tone: Tone; words: string }>> = {
  better: { tone: 'good', words: 'better' },
  worse: { tone: 'bad', words: 'worse' },
  not_worse: { tone: 'good', words: 'not worse' },
  open: { tone: 'info', words: 'not told yet' },
};

export const isOver = (state: State): boolean => state !== 'running' && state !== 'paused';

/** What a candidate decides by. */
export function candidateWords({ policy, version, models }: Schemas['Candidate']): string {
  const parts = [
    policy !== undefined && `policy ${policy}`,
    version !== undefined && `version ${version}`,
    models !== undefined && `only ${models.join(', ')}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? 'as what is in force' : parts.join(', ');
}
