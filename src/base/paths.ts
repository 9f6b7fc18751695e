import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own folder: the nearest one above this file that holds `package.json`. */
export const packageRoot: string = (() => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** Where a data folder keeps its parts. */
export function dataPaths(dataDir: string): { ledger: string; artifacts: string; queue: string; vectors: string } {
  return {
    ledger: join(dataDir, 'ledger.sqlite'),
    artifacts: join(dataDir, 'artifacts'),
    queue: join(dataDir, 'queue'),
    vectors: join(dataDir, 'vectors'),
  };
}
