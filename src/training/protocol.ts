import type { ErrorCode } from '../base/errors.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { Trained } from './run.js';
import type { TrainProgress, TrainRequest } from '../schema/training.js';

/** What the training process is told, once. */
export interface ChildRequest {
  dataDir: string;
  encoder: string;
  request: TrainRequest;
  /** How to train, where not as by default. */
  options?: Partial<GnnOptions> | undefined;
}

/** What it answers: progress, and at last how it ended. */
export type ChildReply =
  | { kind: 'progress'; progress: TrainProgress }
  | ({ kind: 'done'; seconds: number; peak_memory_mb: number } & Trained)
  | { kind: 'failed'; code: ErrorCode; message: string };
