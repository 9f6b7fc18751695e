import { messageOf } from '../../src/base/errors.js';
import type { Rng } from '../../src/base/rng.js';
import { LLMS } from '../service/small-log.js';
import { call } from './api.js';
import type { Found, Phase, World } from './phase.js';

/** Clients that post at the same time. */
const CLIENTS = 6;
/** Most rows of a post. */
const MOST_ROWS = 20;
/** Share of posts that carry a key, and may so be sent again. */
const KEYED = 0.7;

interface Post {
  /** Undefined for a post that can't be sent again. */
  key: string | undefined;
  rows: { query: string; model: string; score: number }[];
  answered: boolean;
}

function postOf(label: string, number: number, rng: Rng): Post {
  const models = Object.keys(LLMS);
  const n = rng.next() < 0.4 ? 1 : 1 + rng.int(MOST_ROWS);
  return {
    key: rng.next() < KEYED ? `${label}${number}`.replace(' ', '-') : undefined,
    rows: Array.from({ length: n }, (_, i) => ({
      query: `${label}${number}.${i}`,
      model: models[rng.int(models.length)]!,
      score: rng.int(11) / 10,
    })),
    answered: false,
  };
}

async function send(url: string, post: Post): Promise<void> {
  const { key, rows } = post;
  await call(url, 'POST', '/v1/feedback', rows.length === 1 ? rows[0] : rows, key ? { 'Idempotency-Key': key } : {});
  post.answered = true;
}

/** Compares what is stored with what was posted. */
function compare(posts: readonly Post[], stored: ReadonlyMap<string, number>): Omit<Found, 'acknowledged'> {
  let [lost, doubled] = [0, 0];
  const faults: string[] = [];
  for (const { rows, answered } of posts) {
    const counts = rows.map(({ query }) => stored.get(query) ?? 0);
    doubled += counts.filter((count) => count > 1).length;
    const missing = counts.filter((count) => count === 0).length;
    if (answered) lost += missing;
    else if (missing > 0 && missing < rows.length)
      faults.push(`a post of ${rows.length} rows lacks ${missing} of them`);
  }
  return { lost, doubled, faults };
}

/** Posts of single rows and batches, most with a key, by several clients without pause. */
export const feedbackPhase: Phase = {
  name: 'feedback',
  share: 5,
  async begin({ url, rows, rng, round }: World) {
    const label = `feedback ${round}.`;
    const posts: Post[] = [];
    const stop = new AbortController();
    const refused: string[] = [];
    const client = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const post = postOf(label, posts.length, rng);
        posts.push(post);
        try {
          await send(url(), post);
        } catch (error) {
          // An answer that is not a good one is told; that there is none is what the kill is for.
          if (!(error instanceof TypeError)) refused.push(messageOf(error));
          return;
        }
      }
    };
    const clients = Promise.all(Array.from({ length: CLIENTS }, client));
    return {
      within: [5, 500],
      killsService: true,
      async end() {
        stop.abort();
        await clients;
      },
      async settle() {
        const first = compare(posts, rows.withLabel(label));
        // What had no answer is sent again, and for good measure some of what had one.
        for (const post of posts)
          if (post.key !== undefined && (!post.answered || rng.next() < 0.1)) await send(url(), post);
        const second = compare(posts, rows.withLabel(label));
        const acknowledged = posts.filter(({ answered }) => answered).flatMap((post) => post.rows).length;
        return {
          acknowledged,
          lost: Math.max(first.lost, second.lost),
          doubled: Math.max(first.doubled, second.doubled),
          faults: [...refused, ...first.faults, ...second.faults],
        };
      },
    };
  },
};
