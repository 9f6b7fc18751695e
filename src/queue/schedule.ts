import { defaultRepeatStrategy } from 'bullmq';
import type { Clock } from '../base/clock.js';
import { messageOf, PointsmanError } from '../base/errors.js';
import type { Schedule } from '../schema/training.js';
import type { StoredQueue } from './job.js';
import { JOB_NAME, JOB_OPTIONS, SCHEDULER_ID } from './settings.js';

/** Throws `invalid_request` naming `pattern` unless it is five or six cron fields that fire some day. */
export function checkPattern(pattern: string, clock: Clock): void {
  const reason = whyWrong(pattern, clock);
  if (reason === undefined) return;
  const issue = {
    field: 'pattern',
    expected: 'a cron pattern of five or six fields, such as `0 3 * * *`',
    received: JSON.stringify(pattern),
  };
  throw new PointsmanError(
    'invalid_request',
    `pattern: expected ${issue.expected}, got ${issue.received} (${reason})`,
    { issues: [issue] },
  );
}

function whyWrong(pattern: string, clock: Clock): string | undefined {
  const fields = pattern.trim().split(/\s+/).length;
  if (fields < 5 || fields > 6) return `it has ${fields} field${fields === 1 ? '' : 's'}`;
  try {
    // Without a seed, an `H` field would mean another time at each look.
    if (/(?<![A-Z])H(?![A-Z])/i.test(pattern)) return '`H` is not supported';
    return defaultRepeatStrategy(clock(), { pattern, tz: 'UTC' }) === undefined ? 'it never fires' : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** A schedule as the queue holds it. */
export interface InstalledSchedule extends Schedule {
  /** When it fires next; null once it never will. */
  next: Date | null;
}

/** Whether the queue holds what is wanted. */
export function isInstalled(wanted: Schedule | undefined, installed: InstalledSchedule | null): boolean {
  if (wanted === undefined || installed === null) return wanted === undefined && installed === null;
  return wanted.pattern.trim() === installed.pattern && wanted.min_new_interactions === installed.min_new_interactions;
}

/** When a pattern fires next after now; null where it never does. */
export function nextByPattern(pattern: string, clock: Clock): Date | null {
  const next = defaultRepeatStrategy(clock(), { pattern: pattern.trim(), tz: 'UTC' });
  return typeof next === 'number' ? new Date(next) : null;
}

export async function installSchedule(queue: StoredQueue, schedule: Schedule): Promise<void> {
  const data = { request: {}, trigger: 'schedule' as const, minNewInteractions: schedule.min_new_interactions };
  await queue.upsertJobScheduler(
    SCHEDULER_ID,
    { pattern: schedule.pattern.trim(), tz: 'UTC' },
    { name: JOB_NAME, data, opts: JOB_OPTIONS },
  );
}

export async function removeSchedule(queue: StoredQueue): Promise<void> {
  await queue.removeJobScheduler(SCHEDULER_ID);
}

/** The schedule that the queue holds; null without one. */
export async function readSchedule(queue: StoredQueue): Promise<InstalledSchedule | null> {
  const found = await queue.getJobScheduler(SCHEDULER_ID);
  if (!found) return null;
  return {
    pattern: found.pattern ?? '',
    min_new_interactions: found.template?.data?.minNewInteractions ?? 0,
    next: found.next ? new Date(found.next) : null,
  };
}
