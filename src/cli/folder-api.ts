import { systemClock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { createFeedbackService } from '../feedback/service.js';
import { createApp } from '../http/index.js';
import type { RetrainSchedule } from '../queue/reconcile.js';
import type { RetrainQueue } from '../queue/types.js';
import type { Ledger } from '../store/ports/index.js';
import { actor } from './actor.js';
import { orProblem, type Api } from './client.js';
import { injectInto } from './injected.js';
import { undoAll } from './undo.js';
import { openWorkspace, type Workspace } from './workspace.js';

export interface FolderSettings {
  data: string;
  encoder: string;
  queue?: string | undefined;
}

/** A queue that is opened by the first call to it: most commands make none. */
function lazyQueue(open: () => Promise<RetrainQueue>, store: string): RetrainQueue {
  let opened: Promise<RetrainQueue> | undefined;
  const queue = (): Promise<RetrainQueue> => (opened ??= open());
  return {
    store,
    enqueue: async (...args) => (await queue()).enqueue(...args),
    get: async (...args) => (await queue()).get(...args),
    list: async (...args) => (await queue()).list(...args),
    watch: async (...args) => (await queue()).watch(...args),
    setSchedule: async (...args) => (await queue()).setSchedule(...args),
    schedule: async () => (await queue()).schedule(),
    nextRun: async () => (await queue()).nextRun(),
    work: async (...args) => (await queue()).work(...args),
    // What could not be opened was told when it was asked.
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };
}

/** The schedule as the ledger keeps it: a service brings its queue in step with it. */
const keptSchedule = ({ schedule: kept }: Pick<Ledger, 'schedule'>): RetrainSchedule => ({
  async read() {
    const { nextByPattern } = await import('../queue/schedule.js');
    const schedule = await kept.get();
    return schedule && { schedule, nextRun: nextByPattern(schedule.pattern, systemClock) };
  },
  async put(schedule) {
    const { checkPattern, nextByPattern } = await import('../queue/schedule.js');
    checkPattern(schedule.pattern, systemClock);
    await kept.put(schedule);
    return nextByPattern(schedule.pattern, systemClock);
  },
  remove: () => kept.delete(),
  follow: () => () => undefined,
});

/** Puts changes into the audit log as what the user of this machine did. */
const asUser = (ledger: Ledger): Ledger => ({
  ...ledger,
  audit: { ...ledger.audit, append: (entry) => ledger.audit.append({ ...entry, actor: actor() }) },
});

/** The queue of a folder. The library of queues takes longer to load than most commands take. */
function queueOf({ data, queue: url }: FolderSettings, { ledger, log }: Pick<Workspace, 'ledger' | 'log'>) {
  const open = async (): Promise<RetrainQueue> => {
    const { openQueue } = await import('../queue/index.js');
    try {
      return await openQueue({ url, dataDir: data, ledgerId: ledger.id, log });
    } catch (error) {
      if (!(error instanceof PointsmanError) || url !== undefined) throw error;
      const hint = '; the service that has it open may be asked by --url';
      throw new PointsmanError(error.code, error.message + hint, { cause: error });
    }
  };
  return lazyQueue(open, url === undefined ? 'embedded' : url.replace(/:.*/s, ''));
}

/**
 * The API over a data folder, in this process and for it alone, without a worker. A service may have the folder open at
 * the same time. Throws `file_not_found` where the folder has no ledger.
 */
export async function openFolderApi(settings: FolderSettings): Promise<Api & { close(): Promise<void> }> {
  const undo: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= undoAll(undo));
  const { data, encoder } = settings;
  try {
    const workspace = await openWorkspace({ data, encoder, logLevel: 'error' }, { existing: true });
    undo.push(workspace.close);
    const { live } = workspace;
    const ledger = asUser(workspace.ledger);
    await live.corrections.catchUp();
    const queue = queueOf(settings, workspace);
    undo.push(() => queue.close());
    const parts = { ...workspace, ledger, clock: systemClock };
    const app = createApp({
      ...parts,
      queue,
      schedule: keptSchedule(ledger),
      feedback: createFeedbackService(parts),
      judge: undefined,
      // Who can open the folder may do everything.
      options: { open: true },
    });
    undo.push(app.drain);
    const send = injectInto(app.handle);
    return {
      call: async (method, path, body) => orProblem(await send(method, path, body), `${method} ${path}`),
      close,
    };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}
