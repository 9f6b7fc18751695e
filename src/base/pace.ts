import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface PaceSettings {
  /** Longest that other work waits for its turn, in milliseconds. */
  turnMs: number;
  /** Its share of the time. */
  othersShare: number;
  /** Whether it needs none but the event loop's next turn, as there is no other work; it does unless given. */
  hurried?: () => boolean;
}

/** Long work's rests, which are other work's turns. */
export interface Pace {
  /** Rests where a turn is over. */
  turn(): Promise<void>;
  /** Rests for what was spent since the last rest. */
  rest(): Promise<void>;
}

/** A pace that begins now. */
export function createPace({ turnMs, othersShare, hurried = () => false }: PaceSettings): Pace {
  let began = performance.now();
  const rest = async (): Promise<void> => {
    const spent = performance.now() - began;
    await (hurried() ? nextTurn() : sleep((spent * othersShare) / (1 - othersShare)));
    began = performance.now();
  };
  return {
    rest,
    async turn() {
      if (performance.now() - began >= turnMs) await rest();
    },
  };
}
