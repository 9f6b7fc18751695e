import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { addShadowSums, compare, noShadowSums, type ShadowSums } from '../machines/shadow-sums.js';
import { MOST_DISAGREEMENTS, type ShadowNews, type ShadowStore } from '../store/ports/shadows.js';
import type { Differing, Made } from './differing.js';

/** What shadows came to, kept until it is written. */
export interface BesideLog {
  compared(experiment: string, made: Pick<Made, 'id' | 'at'>, differing: Differing): void;
  dropped(experiment: string): void;
  failed(experiment: string): void;
  /** Writes it. Where the ledger refuses, it is kept; answers whether all is written. */
  flush(): Promise<boolean>;
}

interface Kept {
  sums: ShadowSums;
  disagreements: ShadowNews['disagreements'][number][];
}

export function createBesideLog(store: Pick<ShadowStore, 'add'>, log: Logger): BesideLog {
  let kept = new Map<string, Kept>();
  let writing: Promise<boolean> | undefined;
  let refused = false;

  function of(experiment: string): Kept {
    let one = kept.get(experiment);
    if (one === undefined) kept.set(experiment, (one = { sums: noShadowSums(), disagreements: [] }));
    return one;
  }

  function giveBack(news: readonly ShadowNews[]): void {
    for (const { experiment, sums, disagreements } of news) {
      const one = of(experiment);
      addShadowSums(one.sums, sums);
      one.disagreements = [...disagreements, ...one.disagreements].slice(-MOST_DISAGREEMENTS);
    }
  }

  async function write(): Promise<boolean> {
    if (kept.size === 0) return true;
    const news = Array.from(kept, ([experiment, one]) => ({ experiment, ...one }));
    kept = new Map();
    try {
      await store.add(news);
      refused = false;
      return true;
    } catch (error) {
      giveBack(news);
      if (!refused) log.warn({ error: messageOf(error) }, 'what shadows came to was not written, and is tried again');
      refused = true;
      return false;
    }
  }

  return {
    compared(experiment, { id, at }, differing) {
      const { sums, disagreements } = of(experiment);
      compare(sums, differing);
      if (differing.model === differing.candidate) return;
      disagreements.push({ decision: id, at, ...differing });
      if (disagreements.length > MOST_DISAGREEMENTS) disagreements.shift();
    },
    dropped: (experiment) => void of(experiment).sums.dropped++,
    failed: (experiment) => void of(experiment).sums.failed++,
    flush: () => (writing ??= write().finally(() => (writing = undefined))),
  };
}
