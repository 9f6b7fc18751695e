import type { Dataset } from '../../dataset/dataset.js';
import type { ModelShape } from '../parameters.js';

/** How the learned model is trained. */
export interface GnnOptions {
  hidden: number;
  keys: number;
  batch: number;
  /** Logged queries that messages come from in one step. */
  support: number;
  epochs: number;
  /** At least so many steps, however small the log, and no more than `maxSteps`, however large. */
  minSteps: number;
  maxSteps: number;
  /** Steps of a run that goes on from learned weights. */
  continuedSteps: number;
  learningRate: number;
  decay: number;
  featureDropout: number;
  stateDropout: number;
  /** Share of steps in which one LLM's every interaction is forgotten. */
  forget: number;
  taskWeight: number;
  preferenceWeight: number;
  /** How much a score that stands in for comparisons counts in the cross-entropy. */
  standInWeight: number;
}

export const GNN_DEFAULTS: GnnOptions = {
  hidden: 64,
  keys: 16,
  batch: 256,
  support: 1024,
  epochs: 15,
  minSteps: 150,
  maxSteps: 3000,
  continuedSteps: 150,
  learningRate: 3e-3,
  decay: 0.3,
  featureDropout: 0.5,
  stateDropout: 0.3,
  forget: 0.25,
  taskWeight: 1.5,
  preferenceWeight: 1,
  standInWeight: 0.2,
};

export function modelShape(data: Dataset, options: GnnOptions): ModelShape {
  return {
    dim: data.dim,
    facts: data.llmFacts.cols,
    hidden: options.hidden,
    keys: options.keys,
    hops: data.design.hops,
  };
}
