import { writeSync } from 'node:fs';
import { createRng } from '../../../src/base/rng.js';
import { openLedger } from '../../../src/store/open.js';
import type { FeedbackBatch } from '../../../src/store/ports/feedback.js';
import { interaction, preference } from '../support.js';

/** The feedback that belongs to a key: the same in whichever process. */
export function batchOf(number: number): FeedbackBatch {
  const query = `query ${number}`;
  return {
    records: [
      interaction(query, `llm ${number % 7}`, (number % 11) / 10),
      preference(query, `llm ${number % 7}`, 'other'),
    ],
    key: `key ${number}`,
    requestHash: `hash ${number}`,
  };
}

/**
 * Appends more feedback than anybody waits for, from key `first` on, many keys a commit, and prints each key once it is
 * acknowledged.
 */
async function stream(path: string, first: number): Promise<void> {
  const ledger = await openLedger(path, { clock: Date.now });
  const rng = createRng(first + 1);
  let next = first;
  for (let commits = 0; commits < 50_000; commits++) {
    const numbers = Array.from({ length: 1 + rng.int(5) }, () => next++);
    await ledger.feedback.append(numbers.map(batchOf));
    writeSync(1, numbers.map((number) => `${number}\n`).join(''));
  }
}

/** Imports more than anybody waits for, and says once that much is written. */
async function importMuch(path: string): Promise<void> {
  const ledger = await openLedger(path, { clock: Date.now });
  const writer = await ledger.imports.begin();
  for (let number = 0; number < 100_000; number++) {
    await writer.add([interaction(`imported ${number} ${'x'.repeat(10_000)}`, 'new', 1)]);
    // By now the page cache is full, so that some of it went to disk.
    if (number === 20_000) writeSync(1, 'much\n');
  }
  await writer.commit();
}

/** Opens the ledger as soon as it is told to, and reports. */
function open(path: string): void {
  process.once('message', async () => {
    try {
      const ledger = await openLedger(path, { clock: Date.now });
      await ledger.feedback.append([batchOf(process.pid)]);
      await ledger.close();
      process.send!('opened');
    } catch (error) {
      process.send!(String(error));
    }
    process.disconnect();
  });
  process.send!('ready');
}

const [role, path, first] = process.argv.slice(2);
if (role === 'stream') await stream(path!, Number(first));
if (role === 'import') await importMuch(path!);
if (role === 'open') open(path!);
