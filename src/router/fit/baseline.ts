import type { Dataset } from '../../dataset/dataset.js';
import type { Weights } from '../../math/weights.js';
import type { Baseline, FitTools, FittedRouter } from '../types.js';

/** A baseline as its file gives it: what it learns, as tables, and how to route by them. */
interface Definition {
  name: string;
  title: string;
  /** Whether it reads the task; not unless given. */
  told?: boolean;
  learn(data: Dataset, train: Int32Array, tools: FitTools): Weights | Promise<Weights>;
  restore(tables: Weights): FittedRouter;
}

/** Routes always by the tables, so that a fitted baseline and a restored one can't differ. */
export function defineBaseline({ learn, told = false, ...rest }: Definition): Baseline {
  return {
    ...rest,
    told,
    async fit(data, train, tools) {
      const tables = await learn(data, train, tools);
      return { ...rest.restore(tables), tables: () => tables };
    },
  };
}

/** Logit of an LLM without evidence, where a method would have to guess: below all that were seen. */
export const UNSEEN_LOGIT = -20;
