import { Command } from 'commander';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { createArtifactStore } from '../../serving/store.js';
import { systemClock } from '../../base/clock.js';
import { dataPaths } from '../../base/paths.js';
import { openLedger } from '../../store/open.js';
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
      const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock, readonly: true });
      const rows = (await ledger.artifacts.list()).map((a) => [
        a.version,
        a.active ? 'in force' : a.status,
        a.created_at,
        a.router,
        a.design,
        String(a.seed),
        a.backend,
        a.comparison.find((c) => c.name === a.router)?.mean?.toFixed(4) ?? '–',
      ]);
      await ledger.close();
      print(table(['version', '', 'created', 'router', 'design', 'seed', 'backend', 'held-out score'], rows));
    });
  const activate = new Command('activate')
    .description('verify a version and put it in force (to roll back, say)')
    .argument('<version>')
    .addOption(options.data())
    .action(async (version: string, { data }: Settings) => {
      const paths = dataPaths(data);
      const ledger = await openLedger(paths.ledger, { clock: systemClock });
      try {
        await createArtifactStore({
          files: openArtifactFolder(paths.artifacts),
          ledger,
          onActivated: async () => undefined,
        }).activate(version);
        print(`version ${version} is in force`);
      } finally {
        await ledger.close();
      }
    });
  return new Command('weights')
    .description('trained versions: list, activate')
    .addCommand(list, { isDefault: true })
    .addCommand(activate);
}
