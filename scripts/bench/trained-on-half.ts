import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { systemClock } from '../../src/base/clock.js';
import { createLogger } from '../../src/base/log.js';
import { dataPaths } from '../../src/base/paths.js';
import { openEncoder } from '../../src/encoder/index.js';
import { foldOf } from '../../src/evaluation/folds.js';
import { importFiles } from '../../src/importer/index.js';
import { openLiveScorer } from '../../src/live/scorer.js';
import type { ScoreRow } from '../../src/schema/feedback.js';
import type { Scorer } from '../../src/scoring/types.js';
import { openLedger } from '../../src/store/open.js';
import { trainAndActivate } from '../../src/training/trainer.js';

type Row = Pick<ScoreRow, 'query' | 'task' | 'scores'>;

const linesOf = (file: string): string[] =>
  (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString().trim().split('\n');

/**
 * What is trained on one half of a log of score rows, by the hash of the query text, and the other half. It is trained
 * in `data`, unless that holds a version already, or in a folder that goes again.
 *
 * @param labels whether the half that is trained on has its task labels
 * @param without an LLM of which neither half says anything to the version
 */
export async function trainedOnHalf(
  file: string,
  data: string | undefined,
  { labels, without }: { labels: boolean; without?: string | undefined },
): Promise<{ scorer: Scorer; heldOut: Row[] }> {
  const rows = linesOf(file).map((line) => JSON.parse(line) as Row);
  const folder = data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  mkdirSync(folder, { recursive: true });
  const log = createLogger('warn');
  const paths = dataPaths(folder);
  const ledger = await openLedger(paths.ledger, { clock: systemClock });
  if ((await ledger.artifacts.activeVersion()) === null) {
    const train = join(folder, 'train.jsonl');
    const lines = rows
      .filter(({ query }) => foldOf(query, 2) === 0)
      .map(({ query, task, scores: all }) => {
        const scores = Object.fromEntries(Object.entries(all).filter(([llm]) => llm !== without));
        return JSON.stringify(labels ? { query, task, scores } : { query, scores });
      });
    writeFileSync(train, lines.join('\n'));
    await importFiles(ledger, [train]);
    await trainAndActivate(
      { ledger, dataDir: folder, encoder: 'static', log, onActivated: async () => {} },
      {},
      () => {},
    );
  }
  const artifacts = openArtifactFolder(paths.artifacts);
  const encoder = await openEncoder('static');
  const scorer = (await openLiveScorer({ ledger, artifacts, encoder, log })).current();
  await ledger.close();
  if (data === undefined) rmSync(folder, { recursive: true });
  return { scorer, heldOut: rows.filter(({ query }) => foldOf(query, 2) === 1) };
}
