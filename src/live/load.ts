import type { Clock } from '../base/clock.js';
import { chain, type Maybe } from '../base/maybe.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import type { LoadState } from '../machines/claims.js';
import type { LlmLoad } from '../schema/load.js';
import { createLimited, type Asked, type Limited } from '../machines/limited.js';
import { NO_DEBT, slotOf, SLOTS } from '../machines/limits.js';
import { createTurns } from './turns.js';

/** How LLMs stand to their limits at this moment, as the ranking of one query reads it. */
export interface RoutingLoad {
  /** Quality points that choosing an LLM costs. At a limit it costs the more, the longer that lasts. */
  price(model: string): number;
  /** Why an LLM has no capacity for the query; undefined where it has. */
  barred(model: string): string | undefined;
}

export interface Load {
  /**
   * Null where no LLM declares limits. At once, but where places in flight that are taken have to be looked at again.
   *
   * @param promptTokens length of the query; the answer's is added as it is expected of each LLM
   */
  current(promptTokens: number): Maybe<RoutingLoad | null>;
  /**
   * Takes capacity for one query: at once from this process's lease, else once the ledger has granted more. False where
   * none is left, as other queries took the last; the query may then go elsewhere.
   *
   * @param force takes it even where none is left
   */
  take(model: string, promptTokens: number, decision: string, force?: boolean): Maybe<boolean>;
}

/** Where no limits are kept. */
export const UNLIMITED: Load = { current: () => null, take: () => true };

/** Load that follows the ledger, which all API processes share. */
export interface LiveLoad extends Load, Live {
  /** Notes that a decision has its outcome in the ledger. */
  release(decision: string): void;
  /** Ends the time in flight of decisions that no caller got: they will have no outcome. */
  abandon(decisions: readonly string[]): Promise<void>;
  /** Every LLM that declares limits, by id, as known here; {@link read} asks the ledger first. */
  list(): LlmLoad[];
  read(): Promise<LlmLoad[]>;
}

/** How often queries in flight are counted again while an LLM is at that limit, in milliseconds. */
const PLACES_MS = 20;
/** How many slots before the last one that was read are read again: capacity may have been given back there. */
const LATE_SLOTS = 3;

const IDLE: LoadState = { use: [], debt: NO_DEBT, inFlight: 0 };

export interface LoadParts {
  ledger: Pick<Ledger, 'limits'>;
  /** The time that use of limits is kept by: `Ledger.steady`. */
  clock: Clock;
  log: Logger;
}

export async function openLiveLoad({ ledger: { limits }, clock, log }: LoadParts): Promise<LiveLoad> {
  const llms = new Map<string, Limited>();
  let readSlot = 0;
  let placesReadAt = -Infinity;
  let readingPlaces: Promise<void> | undefined;
  // What an LLM has left changes with each write.
  const { taken, inTurn, tryWrite } = createTurns({ clock, log, what: 'use of limits' });

  async function settle(): Promise<void> {
    const now = clock();
    const known = [...llms.values()].flatMap((llm) => {
      const settlement = llm.settlement(now);
      return settlement === null ? [] : [{ llm, settlement }];
    });
    if (known.length === 0) return;
    const written = await tryWrite(() => limits.settle(known.map(({ settlement }) => settlement)));
    if (written !== undefined) for (const { llm } of known) llm.settled();
  }

  async function read(): Promise<void> {
    const declared = await limits.limited();
    for (const model of llms.keys()) if (!declared.some((llm) => llm.model === model)) llms.delete(model);
    let anew = false;
    for (const llm of declared) {
      const known = llms.get(llm.model);
      if (known !== undefined) known.declare(llm);
      else llms.set(llm.model, createLimited(llm));
      anew ||= known === undefined;
    }
    if (llms.size === 0) return;
    await settle();
    const slot = slotOf(clock());
    const states = await limits.load((anew ? slot - SLOTS : Math.min(readSlot, slot)) - LATE_SLOTS);
    readSlot = slot;
    for (const [model, llm] of llms) llm.learn(states.get(model) ?? IDLE);
  }

  async function readPlaces(): Promise<void> {
    const counts = await limits.inFlight();
    for (const [model, llm] of llms) llm.places.learn(counts.get(model) ?? 0);
  }

  /** Whether an LLM was at its limit of queries in flight when they were last counted, some while ago. */
  function placesOutdated(now: number): boolean {
    if (now - placesReadAt < PLACES_MS) return false;
    for (const llm of llms.values()) if (llm.places.full()) return true;
    return false;
  }

  /** Resolves when places that are taken were looked at a moment ago. */
  function freshPlaces(now: number): Maybe<void> {
    if (placesOutdated(now)) {
      placesReadAt = now;
      readingPlaces = inTurn(readPlaces)
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'places not read'))
        .finally(() => (readingPlaces = undefined));
    }
    return readingPlaces;
  }

  function release(decision: string): void {
    for (const llm of llms.values()) llm.places.release(decision);
    placesReadAt = -Infinity;
  }

  /** Claims capacity in the ledger. */
  async function claim(llm: Limited, asked: Asked, force: boolean): Promise<boolean> {
    const now = clock();
    // The claim before this one may have been granted more than it needed.
    if (llm.spend(asked, now)) return true;
    const claimed = await tryWrite(() => limits.claim(llm.claim(asked, now, force)));
    if (claimed === undefined) return llm.borrow(asked, now, force);
    // Undefined for an LLM that was deleted meanwhile.
    return claimed.answer === undefined || llm.granted(asked, claimed.answer, now);
  }

  const list = (): LlmLoad[] => {
    const now = clock();
    return Array.from(llms.values(), (llm) => llm.load(now)).toSorted((a, b) => (a.model < b.model ? -1 : 1));
  };

  await read();
  return {
    name: 'load',
    eager: ['catalog'],
    lazy: 'always',
    refresh: () => inTurn(read),
    current(promptTokens) {
      if (llms.size === 0) return null;
      const now = clock();
      const query = { promptTokens };
      return chain(freshPlaces(now), () => ({
        price: (model) => llms.get(model)?.price(query, now) ?? 0,
        barred: (model) => llms.get(model)?.full(query, now),
      }));
    },
    take(model, promptTokens, decision, force = false) {
      const llm = llms.get(model);
      if (llm === undefined) return true;
      const asked = { promptTokens, decision };
      if (!taken() && llm.spend(asked, clock())) return true;
      return inTurn(() => claim(llm, asked, force));
    },
    release,
    async abandon(decisions) {
      if (llms.size === 0 || decisions.length === 0) return;
      await inTurn(() => tryWrite(() => limits.end(decisions)));
      decisions.forEach(release);
    },
    list,
    async read() {
      await inTurn(read);
      return list();
    },
  };
}
