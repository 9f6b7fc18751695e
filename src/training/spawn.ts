import { fork } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { PointsmanError } from '../base/errors.js';
import type { TrainProgress } from '../schema/training.js';
import type { ChildReply, ChildRequest } from './protocol.js';

export type Trained = Extract<ChildReply, { kind: 'done' }>;

/** How much of the training process's standard error goes into the message when it dies. */
const STDERR_KEPT = 2000;

/**
 * Nice value of the training process. On Linux a process's share of a busy core goes by weights: 1024 for nice 0, 110
 * for this, 15 for 19. So serving goes first, and training beside one process that never rests still gets a tenth of a
 * core; at 19, a seventieth.
 */
export const DEFAULT_TRAINING_PRIORITY: number = constants.priority.PRIORITY_BELOW_NORMAL;

export interface SpawnOptions {
  /** Nice value from 0 to 19; {@link DEFAULT_TRAINING_PRIORITY} unless given. Never below this process's own. */
  priority?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Trains in a process of its own, at a lower priority, so that serving goes first.
 *
 * @throws PointsmanError as {@link runTraining} does; `training_failed` when the process dies or `signal` aborts it
 */
export function trainInChild(
  request: ChildRequest,
  onProgress: (progress: TrainProgress) => void,
  { priority = DEFAULT_TRAINING_PRIORITY, signal }: SpawnOptions = {},
): Promise<Trained> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('child.js', import.meta.url)), {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    try {
      setPriority(child.pid!, Math.max(priority, getPriority()));
    } catch {
      // Not allowed here: training then competes with serving on equal terms.
    }
    let last: ChildReply | undefined;
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
    const abort = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    child.on('message', (reply: ChildReply) => {
      if (reply.kind === 'progress') onProgress(reply.progress);
      else last = reply;
    });
    child.once('error', (error) =>
      reject(
        new PointsmanError('training_failed', `The training process could not be started: ${error.message}`, {
          cause: error,
        }),
      ),
    );
    child.once('close', (code, killed) => {
      signal?.removeEventListener('abort', abort);
      if (last?.kind === 'done') resolve(last);
      else if (last?.kind === 'failed') reject(new PointsmanError(last.code, last.message));
      else if (signal?.aborted) reject(new PointsmanError('training_failed', 'Training was stopped'));
      else
        reject(
          new PointsmanError(
            'training_failed',
            'The training process ended with ' +
              `${killed ?? `exit code ${code}`}${stderr.trim() === '' ? '' : `: ${stderr.trim()}`}`,
          ),
        );
    });
    child.send(request);
  });
}
