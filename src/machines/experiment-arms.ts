import { CANARY_ARMS, type AbTest, type Canary, type Candidate, type ExperimentBody } from '../schema/experiment.js';

/** An arm of an experiment that decides. */
export interface ArmOf {
  name: string;
  /** Null where it decides as what is in force. */
  candidate: Candidate | null;
  share: number;
}

/** What an arm says of who decides; null where it says nothing. */
function candidateOf({ policy, version, models }: Candidate): Candidate | null {
  if (policy === undefined && version === undefined && models === undefined) return null;
  return {
    ...(policy !== undefined && { policy }),
    ...(version !== undefined && { version }),
    ...(models !== undefined && { models }),
  };
}

/** The share that a canary's candidate has now. */
export const shareIn = ({ steps }: Canary, step: number): number => steps[Math.min(step, steps.length - 1)]!.share;

/** The arms of an experiment, and the shares that they have now; of a canary the candidate first. */
export function armsOf(body: Canary | AbTest, step: number): ArmOf[] {
  if (body.kind === 'ab')
    return body.arms.map(({ name, share, ...candidate }) => ({ name, share, candidate: candidateOf(candidate) }));
  const share = shareIn(body, step);
  return [
    { name: CANARY_ARMS.candidate, candidate: body.candidate, share },
    { name: CANARY_ARMS.control, candidate: null, share: 1 - share },
  ];
}

/** What an experiment tries, each with its place in the body. */
export function candidatesAt(body: ExperimentBody): [field: string, candidate: Candidate][] {
  if (body.kind !== 'ab') return [['candidate', body.candidate]];
  return body.arms.flatMap((arm, i): [string, Candidate][] => {
    const candidate = candidateOf(arm);
    return candidate === null ? [] : [[`arms[${i}]`, candidate]];
  });
}

export const candidatesIn = (body: ExperimentBody): Candidate[] => candidatesAt(body).map(([, candidate]) => candidate);

/** What is held together, as text: a query where neither key nor conversation is known. */
export function unitOf(
  by: AbTest['unit'],
  { key, conversation, query }: { key: string | null; conversation: string | null; query: string },
): string {
  if (by === 'key' && key !== null) return `key ${key}`;
  return conversation === null ? `query ${query}` : `conversation ${conversation}`;
}
