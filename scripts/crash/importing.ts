import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, startProgram } from '../service/process.js';
import { LLMS, smallLog } from '../service/small-log.js';
import type { Phase } from './phase.js';

const MODELS = Object.keys(LLMS).length;

/** `pointsman import` of a file beside the running service; one of the two is killed, or both. */
export const importPhase: Phase = {
  name: 'import',
  share: 2,
  async begin({ data, folder, rows, rng, round }) {
    const label = `import ${round}`;
    const file = join(folder, 'import.jsonl');
    const expected = (100 + rng.int(1500)) * MODELS;
    writeFileSync(file, smallLog(expected / MODELS, label, rng));
    const program = startProgram(['import', file, '--data', data]);
    const kills = rng.int(3);
    const stored = (): number[] => [...rows.withLabel(`${label} `).values()];
    const sum = (): number => stored().reduce((all, count) => all + count, 0);
    return {
      within: [150, 1800],
      killsService: kills > 0,
      ...(kills < 2 ? { program } : {}),
      end: async () => void (await program.ended),
      async settle() {
        const acknowledged = program.child.exitCode === 0;
        const before = sum();
        const faults: string[] = [];
        if (before > 0 && before < expected) faults.push(`${before} of the ${expected} rows of an import are there`);
        if (before === 0 && !acknowledged) await runProgram(['import', file, '--data', data]);
        const after = sum();
        return {
          acknowledged: expected,
          lost: Math.max(0, acknowledged ? expected - before : 0, expected - after),
          doubled: stored().filter((count) => count > MODELS).length,
          faults,
        };
      },
    };
  },
};
