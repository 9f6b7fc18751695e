import { isDeepStrictEqual } from 'node:util';
import { PointsmanError } from '../../base/errors.js';
import type { ArtifactRecord, ArtifactStore } from '../ports/artifacts.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

interface ArtifactRow {
  version: string;
  created_at: string;
  active: number;
  snapshot: string;
  design: string;
  router: string;
  status: string;
  comparison: string;
  seed: number;
  backend: string;
  metrics: string;
  files: string;
  ledger_rows: number;
}

/** Puts a version in force, in a write transaction. Throws `version_not_found`. */
export type Activate = (version: string) => void;

const SET_ACTIVE =
  'INSERT INTO active_version VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET version = excluded.version';

export function createActivate(connection: Connection, touch: Touch): Activate {
  const { db } = connection;
  const find = db.prepare<[string], unknown>('SELECT 1 FROM artifact WHERE version = ?');
  const active = db.prepare<[], string>('SELECT version FROM active_version').pluck();
  const activate = db.prepare<[string]>(SET_ACTIVE);
  return (version) =>
    connection.write(() => {
      if (find.get(version) === undefined)
        throw new PointsmanError(
          'version_not_found',
          `version: expected the version of a trained artifact, got ${JSON.stringify(version)}`,
        );
      if (active.get() === version) return;
      activate.run(version);
      touch('artifacts');
    });
}

/** The trained artifacts that exist, and which one is in force. */
export function createArtifacts(connection: Connection, putInForce: Activate, touch: Touch): ArtifactStore {
  const { db } = connection;
  const columns =
    "version, created_at, version = ifnull((SELECT version FROM active_version), '') AS active, snapshot, " +
    'design, router, status, comparison, seed, backend, metrics, files, ledger_rows';
  const all = db.prepare<[], ArtifactRow>(`SELECT ${columns} FROM artifact ORDER BY rowid DESC`);
  const one = db.prepare<[string], ArtifactRow>(`SELECT ${columns} FROM artifact WHERE version = ?`);
  const put = db.prepare(
    `INSERT INTO artifact (version, created_at, snapshot, design, router, status, comparison, seed, backend, metrics,
     files, ledger_rows)
     VALUES (@version, @created_at, @snapshot, @design, @router, @status, @comparison, @seed, @backend, @metrics,
     @files, @ledger_rows)
     ON CONFLICT (version) DO UPDATE SET
       created_at = excluded.created_at, snapshot = excluded.snapshot, design = excluded.design,
       router = excluded.router, status = excluded.status, comparison = excluded.comparison, seed = excluded.seed,
       backend = excluded.backend, metrics = excluded.metrics, files = excluded.files,
       ledger_rows = excluded.ledger_rows`,
  );
  const active = db.prepare<[], string>('SELECT version FROM active_version').pluck();
  const activate = db.prepare<[string]>(SET_ACTIVE);

  return {
    register: async (artifacts) =>
      connection.write(() => {
        for (const artifact of artifacts) {
          const known = one.get(artifact.version);
          if (known !== undefined && isDeepStrictEqual(toRecord(known), artifact)) continue;
          const { comparison, metrics, files, active: isActive, ...rest } = artifact;
          put.run({
            ...rest,
            comparison: JSON.stringify(comparison),
            metrics: JSON.stringify(metrics),
            files: JSON.stringify(files),
          });
          if (isActive) activate.run(rest.version);
          touch('artifacts');
        }
      }),
    // Ties of time go to the one registered later: the sort is stable and the rows come newest first.
    list: async () =>
      all
        .all()
        .map(toRecord)
        .toSorted((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at)),
    async get(version) {
      const row = one.get(version);
      return row && toRecord(row);
    },
    activeVersion: async () => active.get() ?? null,
    activate: async (version) => putInForce(version),
  };
}

function toRecord(row: ArtifactRow): ArtifactRecord {
  return {
    ...row,
    version: row.version as ArtifactRecord['version'],
    active: row.active === 1,
    status: row.status as ArtifactRecord['status'],
    comparison: JSON.parse(row.comparison) as ArtifactRecord['comparison'],
    metrics: JSON.parse(row.metrics) as ArtifactRecord['metrics'],
    files: JSON.parse(row.files) as ArtifactRecord['files'],
  };
}
