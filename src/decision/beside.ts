import { breathe } from '../base/breathe.js';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Rng } from '../base/rng.js';
import type { Beside, Experiments } from '../live/experiments.js';
import type { ExperimentName } from '../schema/experiment.js';
import type { LlmId } from '../schema/ids.js';
import type { ShadowStore } from '../store/ports/shadows.js';
import { isFree } from './arm.js';
import { createBesideLog } from './beside-log.js';
import { differingBy, type Differing, type Made } from './differing.js';
import type { RankingOtherwise } from './other-arm.js';

/** Decisions that wait for shadows at most: of more, the oldest are dropped. */
const MOST_WAITING = 256;
/** Calls that are under way, and may be asked of another LLM when they are over. */
const MOST_TO_ASK = 10_000;
/** Share of the process's time that shadows take, and most of it at once, in milliseconds. */
const SHARE = 0.03;
const SLICE_MS = 1;
/** Pause until a decision is looked at, in milliseconds: its answer is sent meanwhile, and others come. */
const PAUSE_MS = 20;

/** Who else is to answer a call: a shadow's LLM. */
export interface ToAsk {
  experiment: ExperimentName;
  model: LlmId;
}

/** What decides silently beside decisions: off the request's path, and never at its cost. */
export interface Besides {
  /** Has the shadows of its policy decide it, too, a little later. Never waits, never throws. */
  note(made: Made): void;
  /** Who else is to answer a call of a decision, once its shadows have come to it; answers it once. Never rejects. */
  toAsk(decision: string): Promise<readonly ToAsk[]>;
  /** Has shadows come to all that waits. */
  drain(): Promise<void>;
  /** Writes what shadows came to; answers whether the ledger took it. */
  flush(): Promise<boolean>;
  /** Does so every so often, until the returned function is called. */
  follow(everyMs: number): () => void;
}

export interface BesideParts extends RankingOtherwise {
  experiments: Experiments;
  store: Pick<ShadowStore, 'add'>;
  clock: Clock;
  rng: Rng;
  log: Logger;
  /** In milliseconds, for times between. */
  now(): number;
}

interface Waiting {
  made: Made;
  shadows: readonly Beside[];
  /** Who waits for it. */
  done: (() => void)[];
}

/** Whether what decided is what shadows are compared with, and anybody was free to be chosen. */
function takesPart({ asked: { request, cascade, arm, context } }: Made): boolean {
  const turn = context?.standing?.turn ?? 'free';
  return isFree(request) && cascade === null && !arm?.candidate && turn === 'free';
}

export function createBesides(parts: BesideParts): Besides {
  const { experiments, store, clock, rng, log, now } = parts;
  const came = createBesideLog(store, log);
  /** By decision, the oldest first. */
  const waiting = new Map<string, Waiting>();
  const asking = new Map<string, ToAsk[]>();
  let timer: NodeJS.Timeout | undefined;
  let current: Waiting | undefined;
  let working: Promise<void> | undefined;

  const sampled = (beside: Beside): boolean => beside.shadow.share === 1 || rng.next() < beside.shadow.share;

  function end({ done }: Waiting): void {
    for (const resume of done) resume();
  }

  function dropOldest(): void {
    const [id, oldest] = waiting.entries().next().value!;
    waiting.delete(id);
    for (const { experiment } of oldest.shadows) came.dropped(experiment);
    end(oldest);
  }

  /** Whether both LLMs are to answer: only a call that the first of the ranking gets has an answer to compare with. */
  function isAsked(
    { shadow: { ask, until } }: Beside,
    { asked, chosen }: Made,
    { model, candidate }: Differing,
  ): boolean {
    if (ask === undefined || asked.context === null || model === candidate || chosen !== model) return false;
    return (until === undefined || clock() < Date.parse(until)) && rng.next() < ask.share;
  }

  function compared(beside: Beside, made: Made, differing: Differing): void {
    came.compared(beside.experiment, made, differing);
    if (!isAsked(beside, made, differing)) return;
    const one: ToAsk = { experiment: beside.experiment, model: differing.candidate };
    asking.set(made.id, [...(asking.get(made.id) ?? []), one]);
    for (const id of asking.keys()) {
      if (asking.size <= MOST_TO_ASK) break;
      asking.delete(id);
    }
  }

  async function lookAt({ made, shadows }: Waiting): Promise<void> {
    for (const beside of shadows) {
      try {
        const differing = differingBy(parts, beside, made);
        compared(beside, made, differing instanceof Promise ? await differing : differing);
      } catch (error) {
        came.failed(beside.experiment);
        log.debug({ experiment: beside.experiment, error: messageOf(error) }, 'a shadow found no candidate');
      }
    }
  }

  /** Looks at decisions that wait, until `isOver`. */
  async function work(isOver: () => boolean): Promise<void> {
    for (const [id, one] of waiting) {
      if (isOver()) return;
      waiting.delete(id);
      current = one;
      await lookAt(one);
      current = undefined;
      end(one);
    }
  }

  const inTurn = (isOver: () => boolean): Promise<void> =>
    (working ??= work(isOver).finally(() => (working = undefined)));

  function schedule(afterMs: number): void {
    timer ??= setTimeout(() => void slice(), afterMs).unref();
  }

  /** Works for a moment, then rests for as long as keeps to the share. */
  async function slice(): Promise<void> {
    const began = now();
    await inTurn(() => now() - began >= SLICE_MS);
    const rest = (now() - began) * (1 / SHARE - 1);
    timer = undefined;
    if (waiting.size > 0) schedule(Math.max(PAUSE_MS, rest));
  }

  const besides: Besides = {
    note(made) {
      const running = experiments.shadows(made.asked.policyName);
      if (running.length === 0 || !takesPart(made)) return;
      const shadows = running.filter(sampled);
      if (shadows.length === 0) return;
      waiting.set(made.id, { made, shadows, done: [] });
      if (waiting.size > MOST_WAITING) dropOldest();
      schedule(PAUSE_MS);
    },
    async toAsk(decision) {
      const one = waiting.get(decision) ?? (current?.made.id === decision ? current : undefined);
      if (one !== undefined) await new Promise<void>((resume) => one.done.push(resume));
      const found = asking.get(decision) ?? [];
      asking.delete(decision);
      return found;
    },
    async drain() {
      await working;
      while (waiting.size > 0) {
        const began = now();
        await inTurn(() => now() - began >= SLICE_MS);
        await breathe();
      }
    },
    flush: () => came.flush(),
    follow: (everyMs) =>
      every(
        everyMs,
        async () => void (await came.flush()),
        (error) => log.warn({ error: messageOf(error) }, 'what shadows came to was not written, and is tried again'),
      ),
  };
  return besides;
}
