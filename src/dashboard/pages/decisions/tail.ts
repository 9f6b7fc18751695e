import { useEffect, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { useDecisions } from '../../kit/live.js';

type Summary = Schemas['DecisionSummary'];

/** Most rows of a page: more would make it slow, and nobody reads them. */
export const MOST_ROWS = 200;

/** Decisions as they are made. */
export interface Tail {
  /** Newest first. */
  fresh: readonly Summary[];
  /** How many came while it was paused. */
  waiting: number;
  /** Whether more came than were told. */
  hasGap: boolean;
  isPaused: boolean;
  setPaused(isPaused: boolean): void;
  /** What was left out is read again. */
  fillGap(): void;
}

/** Rows of both, newest first, each once: of `known` where that has it, as it knows more of what came of it. */
export function merged(fresh: readonly Summary[], known: readonly Summary[]): Summary[] {
  const byId = new Map([...fresh, ...known].map((one) => [one.decision_id, one]));
  return [...byId.values()].toSorted((a, b) => (a.decision_id < b.decision_id ? 1 : -1)).slice(0, MOST_ROWS);
}

/**
 * Follows decisions that `isWanted` takes.
 *
 * @param key begins anew when it changes
 */
export function useTail(key: string, isWanted: (decision: Summary) => boolean): Tail {
  const [isPaused, setPaused] = useState(false);
  const [fresh, setFresh] = useState<readonly Summary[]>([]);
  const [held, setHeld] = useState<readonly Summary[]>([]);
  const [hasGap, setGap] = useState(false);

  useEffect(() => {
    setFresh([]);
    setHeld([]);
    setGap(false);
  }, [key]);

  useDecisions(({ decisions, more }) => {
    const wanted = decisions.filter(isWanted);
    if (more) setGap(true);
    if (wanted.length === 0) return;
    (isPaused ? setHeld : setFresh)((before) => merged(wanted, before));
  });

  return {
    fresh,
    waiting: held.length,
    hasGap,
    isPaused,
    fillGap: () => setGap(false),
    setPaused(pauses) {
      setPaused(pauses);
      if (pauses) return;
      setFresh((before) => merged(held, before));
      setHeld([]);
    },
  };
}
