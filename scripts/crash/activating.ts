import { startProgram } from '../service/process.js';
import { call } from './api.js';
import { activeVersion } from './served.js';
import type { Phase } from './phase.js';

const NOTHING = { acknowledged: 0, lost: 0, doubled: 0 };

/** Puts versions in force by turns over HTTP, without pause. */
export const activationPhase: Phase = {
  name: 'activation',
  share: 2,
  async begin({ url, versions, rng }) {
    const stop = new AbortController();
    let inForce = await activeVersion(url());
    let asked = inForce;
    const client = (async (): Promise<void> => {
      while (!stop.signal.aborted) {
        asked = versions[rng.int(versions.length)]!;
        try {
          await call(url(), 'POST', `/v1/weights/${asked}/activate`);
        } catch {
          return;
        }
        inForce = asked;
      }
    })();
    return {
      within: [5, 400],
      killsService: true,
      async end() {
        stop.abort();
        await client;
      },
      async settle() {
        const now = await activeVersion(url());
        const faults = now === inForce || now === asked ? [] : [`${now} is in force, expected ${inForce} or ${asked}`];
        return { ...NOTHING, faults };
      },
    };
  },
};

/** `pointsman weights activate` beside the running service. */
export const commandPhase: Phase = {
  name: 'activation by command',
  share: 1,
  async begin({ url, data, versions, rng }) {
    const before = await activeVersion(url());
    const asked = versions[rng.int(versions.length)]!;
    const program = startProgram(['weights', 'activate', asked, '--data', data]);
    return {
      within: [100, 900],
      killsService: rng.next() < 0.5,
      program,
      end: async () => void (await program.ended),
      async settle() {
        const expected = program.child.exitCode === 0 ? [asked] : [before, asked];
        const now = await activeVersion(url());
        const faults = expected.includes(now) ? [] : [`${now} is in force, expected ${expected.join(' or ')}`];
        return { ...NOTHING, faults };
      },
    };
  },
};
