import { writeSync } from 'node:fs';
import { ExperimentBody } from '../../../src/schema/experiment.js';
import { openLedger, type Ledger } from '../../../src/store/open.js';
import { decisionRecord } from '../../support/decision.js';
import { interaction, START } from '../support.js';

export const EXPERIMENT = ExperimentBody.parse({ kind: 'canary', candidate: { policy: 'cost' } });

/** Logs the decision of a number and what came of it, in the order that the number says: the same in each process. */
export async function tell({ decisions, feedback }: Ledger, number: number): Promise<void> {
  const id = `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const unit = Math.floor(number / 3) / 1e6;
  const decide = () => decisions.append([decisionRecord(id, { at: START, experiment: 'e', arm: 'candidate', unit })]);
  const answer = () =>
    feedback.append([
      {
        records: [interaction(`query ${number}`, 'm', (number % 11) / 10, { decision_id: id, cost_usd: 1 })],
        key: `key ${number}`,
        requestHash: 'hash',
      },
    ]);
  for (const work of number % 2 === 0 ? [decide, answer] : [answer, decide]) await work();
}

const [role, path, first] = process.argv.slice(2);
if (role === 'stream') {
  const ledger = await openLedger(path!, { clock: () => START });
  for (let number = Number(first); number < 1e6; number++) {
    await tell(ledger, number);
    writeSync(1, `${number}\n`);
  }
}
