/**
 * The map of queries of the version in force in a data folder: how long its plane takes, and how far the ten nearest in
 * it are near in the learned query space too (trustworthiness), beside the principal plane.
 *
 *     node dist/scripts/bench/map.js DATA [--queries 500,1000,2000] [--encoder static]
 */
import { parseArgs } from 'node:util';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { MAP_FILE, type StoredMap } from '../../src/artifact/map.js';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openEncoder } from '../../src/encoder/index.js';
import { createKindReader } from '../../src/learned/serve/kinds.js';
import { embedNeighbours } from '../../src/math/embedding/neighbour-embedding.js';
import { principalPlane } from '../../src/math/embedding/principal.js';
import { trustworthiness } from '../../src/math/embedding/trustworthiness.js';
import { fromRows, matrix, type Matrix } from '../../src/math/matrix.js';
import { readArtifact } from '../../src/serving/read.js';
import { openLedger } from '../../src/store/open.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string', default: '500,1000,2000' },
    encoder: { type: 'string', default: 'static' },
    seed: { type: 'string', default: '1' },
  },
});
const NEAREST = 10;

/** Where the queries of the map lie in the learned space. */
async function locations(data: string): Promise<Matrix> {
  const paths = dataPaths(data);
  const ledger = await openLedger(paths.ledger, { clock: systemClock, readonly: true });
  const version = await ledger.artifacts.activeVersion();
  if (version === null) throw new Error(`nothing is in force in ${data}`);
  const files = openArtifactFolder(paths.artifacts);
  const [{ model }, bytes] = await Promise.all([readArtifact(files, version), files.read(version, MAP_FILE)]);
  const { hash } = (JSON.parse(bytes.toString('utf8')) as StoredMap).queries;
  const texts = (await ledger.snapshot.texts(hash)).filter((text) => text !== undefined);
  await ledger.close();
  const encoder = await openEncoder(values.encoder);
  const reader = createKindReader(model);
  const at = (await encoder.encode(texts)).map((vector) => reader.embed(vector).slice());
  return fromRows(at, at[0]!.length);
}

const all = await locations(positionals[0]!);
const rows = values.queries.split(',').flatMap((text) => {
  const n = Number(text);
  if (n > all.rows) return [];
  const points = matrix(n, all.cols, all.data.slice(0, n * all.cols));
  const rng = createRng(Number(values.seed));
  const begun = process.cpuUsage();
  const plane = embedNeighbours(points, rng);
  const seconds = process.cpuUsage(begun).user / 1e6;
  return [
    [
      String(n),
      seconds.toFixed(2),
      trustworthiness(points, plane, NEAREST).toFixed(3),
      trustworthiness(points, principalPlane(points, rng), NEAREST).toFixed(3),
    ],
  ];
});
console.log(`${all.rows} queries, ${all.cols} axes`);
console.log(table(['queries', 'seconds of a core', 'trustworthiness@10', 'principal plane'], rows));
