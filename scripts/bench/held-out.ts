import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openWorkspace } from '../../src/cli/workspace.js';
import { foldOf } from '../../src/evaluation/folds.js';
import { importFiles } from '../../src/importer/index.js';
import type { ScoredLlm } from '../../src/scoring/types.js';
import { trainAndActivate } from '../../src/training/trainer.js';

/** Folds of the published logs' protocol; the first is held out. */
const FOLDS = 5;

export interface HeldOutQuery {
  text: string;
  /** As a model trained on the other folds expects. */
  scores: ScoredLlm[];
}

/**
 * Queries of the held-out fold of a log of score rows, as a model trained on the others scores them. It is trained in
 * the data folder (about three minutes on wasm), unless that holds one already.
 */
export async function heldOutQueries(
  data: string,
  models: string,
  log: string,
  seed: number,
): Promise<{ queries: HeldOutQuery[]; version: string | null }> {
  const lines = gunzipSync(readFileSync(log)).toString().trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { query: string; task: string; scores: object });
  const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
  try {
    if ((await workspace.ledger.artifacts.activeVersion()) === null) {
      const file = join(data, 'train.jsonl');
      writeFileSync(
        file,
        rows
          .filter(({ query }) => foldOf(query, FOLDS) !== 0)
          .map(({ query, task, scores }) => `${JSON.stringify({ query, task, scores })}\n`)
          .join(''),
      );
      await importFiles(workspace.ledger, [models, file]);
      await trainAndActivate(workspace.trainer, { seed }, () => undefined);
    }
    await workspace.live.follower.catchUp();
    const scorer = workspace.live.scorer.current();
    const queries: HeldOutQuery[] = [];
    for (const { query: text } of rows)
      if (foldOf(text, FOLDS) === 0) queries.push({ text, scores: scorer.score(text, await scorer.encode(text)) });
    return { queries, version: scorer.version };
  } finally {
    await workspace.close();
  }
}
