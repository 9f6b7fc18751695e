import type { Rng } from '../../../src/base/rng.js';
import { writeQuery } from '../../../src/simulator/simulator.js';
import { TASKS } from '../../../src/simulator/tasks.js';
import type { SimulatedQuery } from '../../../src/simulator/types.js';
import type { Answered, Asking, Said, World } from './world.js';

/** What a user does on an answer: asks the same again, in other words, goes on, or says nothing more. */
export type Reaction = 'regenerated' | 'rephrased' | 'continued' | 'quiet';

/**
 * How often users ask again on answers of quality 1, and how much more often on answers of quality 0: of the former one
 * in twenty is asked again, of the latter two in three. Where they don't, they go on: half as often after an answer
 * that is worth nothing.
 */
const REGENERATES = { least: 0.02, more: 0.28 };
const REPHRASES = { least: 0.03, more: 0.32 };
const GOES_ON = 0.35;
/** How often in a row a user asks again at most, and questions of a conversation. */
const MOST_AGAIN = 3;
const MOST_QUESTIONS = 6;

/** @param quality of the answer, in [0, 1] */
export function reactionTo(rng: Rng, quality: number): Reaction {
  const regenerates = REGENERATES.least + REGENERATES.more * (1 - quality);
  const rephrases = REPHRASES.least + REPHRASES.more * (1 - quality);
  const drawn = rng.next();
  if (drawn < regenerates) return 'regenerated';
  if (drawn < regenerates + rephrases) return 'rephrased';
  return rng.next() < GOES_ON * (0.5 + 0.5 * quality) ? 'continued' : 'quiet';
}

/** The same in other words: a sentence more, and a word less where there are many. */
const AGAIN = ['Please try once more.', 'That is not what I meant.', 'Be more careful this time.', 'I need it right.'];

export function rephrased(rng: Rng, text: string): string {
  const words = text.split(' ');
  if (words.length > 8) words.splice(rng.int(words.length), 1);
  return `${words.join(' ')} ${AGAIN[rng.int(AGAIN.length)]}`;
}

/** A conversation as it stands. */
interface Conversation {
  asking: Asking;
  kind: number;
  again: number;
  questions: number;
}

/** Users who talk one after another, each about one kind of query. */
export interface Users {
  /** The next call, and what is done on its answer. */
  turn(world: World): Promise<{ query: SimulatedQuery; answered: Answered; reaction: Reaction }>;
}

export function createUsers(rng: Rng): Users {
  const writing = rng.fork('queries');
  const acting = rng.fork('reactions');
  let sessions = 0;
  let current: Conversation | null = null;

  function begin(): Conversation {
    const kind = writing.int(TASKS.length);
    const query = writeQuery(writing, kind);
    const messages: Said[] = [{ role: 'user', content: query.text }];
    return { asking: { query, messages, session: `session-${++sessions}` }, kind, again: 0, questions: 1 };
  }

  /** How the conversation goes on; null where it is over. */
  function next({ asking, kind, again, questions }: Conversation, text: string, reaction: Reaction) {
    const isAgain = reaction === 'regenerated' || reaction === 'rephrased';
    if (isAgain ? again === MOST_AGAIN : reaction === 'quiet' || questions === MOST_QUESTIONS) return null;
    const counts = isAgain ? { again: again + 1, questions } : { again: 0, questions: questions + 1 };
    if (reaction === 'regenerated') return { asking, kind, ...counts };
    const query = isAgain ? asking.query : writeQuery(writing, kind);
    const content = isAgain ? rephrased(acting, query.text) : query.text;
    const messages: Said[] = [...asking.messages, { role: 'assistant', content: text }, { role: 'user', content }];
    return { asking: { ...asking, query, messages }, kind, ...counts };
  }

  return {
    async turn(world) {
      const conversation = current ?? begin();
      const { asking } = conversation;
      const answered = await world.ask(asking);
      const reaction = reactionTo(acting, answered.quality);
      current = next(conversation, answered.text, reaction);
      // Who would ask again, but is tired of it, goes without a word.
      await world.react(answered, current === null ? 'quiet' : reaction);
      return { query: asking.query, answered, reaction };
    },
  };
}
