/** One seed of the loop, in a process of its own: reads {@link SeedOptions} as JSON, writes a line of JSON an event. */
import { createRng } from '../../../src/base/rng.js';
import { PolicyBody } from '../../../src/schema/policy.js';
import { SignalSettings } from '../../../src/schema/signals.js';
import { count, emptyBlock, type Block } from './blocks.js';
import { openEndpointWorld } from './endpoint-world.js';
import { meanQualities } from './llms.js';
import { createUsers, type Reaction } from './users.js';

export interface SeedOptions {
  seed: number;
  calls: number;
  /** After which calls there is a night. */
  nights: readonly number[];
  policy: Record<string, unknown>;
  signals: Record<string, unknown>;
  judged: { share: number; uncertain: number };
  logLevel: string;
}

/** What a seed tells of. */
export type SeedEvent =
  | { kind: 'block'; block: Block; reactions: Record<Reaction, number> }
  | { kind: 'night'; calls: number; seconds: number; what: string };

/** Calls of a block. */
const BLOCK = 1_000;

const options = JSON.parse(process.argv[2]!) as SeedOptions;
const tell = (event: SeedEvent): void => console.log(JSON.stringify(event));
const noReactions = (): Record<Reaction, number> => ({ regenerated: 0, rephrased: 0, continued: 0, quiet: 0 });

const rng = createRng(options.seed);
const [single] = meanQualities(createRng(0))[0]!;
const users = createUsers(rng.fork('users'));
const world = await openEndpointWorld({
  rng: rng.fork('world'),
  policy: PolicyBody.parse(options.policy),
  signals: SignalSettings.parse(options.signals),
  judged: options.judged,
  logLevel: options.logLevel,
});
try {
  let [block, reactions] = [emptyBlock(), noReactions()];
  for (let call = 1; call <= options.calls; call++) {
    const { query, answered, reaction } = await users.turn(world);
    count(block, query, answered.model, single);
    reactions[reaction]++;
    if (call % BLOCK === 0) {
      tell({ kind: 'block', block, reactions });
      [block, reactions] = [emptyBlock(), noReactions()];
    }
    if (options.nights.includes(call) && call < options.calls) {
      const began = performance.now();
      const what = await world.night();
      tell({ kind: 'night', calls: call, seconds: (performance.now() - began) / 1000, what });
    }
  }
} finally {
  await world.close();
}
process.exit();
