import { Command } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { createArtifactStore } from '../../serving/store.js';
import { dataPaths } from '../../base/paths.js';
import { audited } from '../actor.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { print, table } from '../output.js';

interface Settings {
  data: string;
}

export function weightsCommand(): Command {
  const list = new Command('list')
    .description('list trained versions, newest first')
    .addOption(options.data())
    .action(async ({ data }: Settings) => {
      const artifacts = await readLedger(data, (ledger) => ledger.artifacts.list());
      const rows = artifacts.map((a) => [
        a.version,
        a.active ? 'in force' : a.status,
        a.created_at,
        a.router,
        a.design,
        String(a.seed),
        a.backend,
        a.comparison.find((c) => c.name === a.router)?.mean?.toFixed(4) ?? '–',
      ]);
      print(table(['version', '', 'created', 'router', 'design', 'seed', 'backend', 'held-out score'], rows));
    });
  const activate = new Command('activate')
    .description('verify a version and put it in force (to roll back, say)')
    .argument('<version>')
    .addOption(options.data())
    .action((version: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        const files = openArtifactFolder(dataPaths(data).artifacts);
        const artifacts = createArtifactStore({ files, ledger, onActivated: async () => undefined });
        const state = () => ledger.artifacts.activeVersion();
        await audited(ledger, { action: 'weights activate', target: `/v1/weights/${version}`, state }, () =>
          artifacts.activate(version),
        );
        print(`version ${version} is in force`);
      }),
    );
  return group('weights', 'trained versions', [list, activate]);
}
