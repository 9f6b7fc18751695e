import { Command } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { dataPaths } from '../../base/paths.js';
import type { ArtifactSummary } from '../../schema/training.js';
import { createArtifactStore } from '../../serving/store.js';
import { audited } from '../actor.js';
import { callJson, serviceApi } from '../client.js';
import { group } from '../group.js';
import { withInterval } from '../interval.js';
import { readLedger, withLedger } from '../ledger.js';
import { answer, print, table } from '../output.js';
import { paintState } from '../paint.js';
import { onTarget, type Target } from '../target.js';

/** Trained versions, newest first. */
async function versionsOf(target: Target): Promise<ArtifactSummary[]> {
  if (target.kind === 'service')
    return (await callJson<{ weights: ArtifactSummary[] }>(serviceApi(target.url), 'GET', '/v1/weights')).weights;
  const artifacts = await readLedger(target.data, (ledger) => ledger.artifacts.list());
  return artifacts.map(({ ledger_rows: _rows, ...summary }) => summary);
}

/** Verifies a version and puts it in force. */
async function activate(target: Target, version: string): Promise<void> {
  const path = `/v1/weights/${encodeURIComponent(version)}`;
  if (target.kind === 'service') {
    await serviceApi(target.url).call('POST', `${path}/activate`);
    return;
  }
  await withLedger(target.data, (ledger) => {
    const files = openArtifactFolder(dataPaths(target.data).artifacts);
    const artifacts = createArtifactStore({ files, ledger, onActivated: async () => undefined });
    const state = () => ledger.artifacts.activeVersion();
    return audited(ledger, { action: 'weights activate', target: path, state }, () => artifacts.activate(version));
  });
}

function row(of: ArtifactSummary): string[] {
  const held = of.comparison.find((c) => c.name === of.router);
  return [
    of.version,
    paintState(of.active ? 'in force' : of.status),
    of.created_at,
    of.router,
    of.design,
    String(of.seed),
    of.backend,
    withInterval(held?.mean, held?.mean_low, held?.mean_high, 4),
  ];
}

const HEADER = ['version', '', 'created', 'router', 'design', 'seed', 'backend', 'held-out score (95%)'];

export function weightsCommand(): Command {
  const list = onTarget(
    new Command('list').description('list trained versions, newest first'),
    { json: '{"weights": [ArtifactSummary]}' },
    async (target, { json }) => {
      const weights = await versionsOf(target);
      answer(json, { weights }, () => print(table(HEADER, weights.map(row))));
    },
  );
  const put = onTarget(
    new Command('activate')
      .description('verify a version and put it in force (to roll back, say)')
      .argument('<version>'),
    { json: '{"in_force": VERSION}' },
    async (target, { json }, version) => {
      await activate(target, version);
      answer(json, { in_force: version }, () => print(`version ${version} is in force`));
    },
  );
  return group('weights', 'trained versions', [list, put]);
}
