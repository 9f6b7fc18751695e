import { call } from './api.js';
import type { Phase } from './phase.js';

/** Jobs that train on the log as it is, killed before, while or after they write. */
export const trainingPhase: Phase = {
  name: 'training',
  share: 1,
  async begin({ url, rng }) {
    const request = { design: 'flat', backend: 'wasm', seed: 1 + rng.int(1000), activate: false };
    const { job_id } = await call<{ job_id: string }>(url(), 'POST', '/v1/retrain', request);
    return {
      within: [20, 8000],
      killsService: true,
      end: async () => {},
      async settle() {
        const { state } = await call<{ state: string }>(url(), 'GET', `/v1/jobs/${job_id}`);
        const known = ['waiting', 'active', 'completed', 'failed'].includes(state);
        return { acknowledged: 0, lost: 0, doubled: 0, faults: known ? [] : [`the job is ${state}`] };
      },
    };
  },
};
