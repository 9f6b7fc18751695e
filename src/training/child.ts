import { openArtifactFolder } from '../artifact/files/folder.js';
import { systemClock, systemUptime } from '../base/clock.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import { dataPaths } from '../base/paths.js';
import { encoderSettings, openEncoder } from '../encoder/index.js';
import { openLedger } from '../store/open.js';
import { DEFAULT_DESIGN } from '../profile/design.js';
import { checkpointsIn } from '../learned/train/checkpoint.js';
import { openBackend } from '../tensor/backend.js';
import { endWithParent } from './parent.js';
import type { ChildReply, ChildRequest } from './protocol.js';
import { isTrainable } from '../serving/routers.js';
import { DEFAULT_SEED } from '../schema/training.js';
import { runTraining, snapshotOf } from './run.js';
import { encodeRows } from '../dataset/vectors.js';

/**
 * The training process. It ends when its work is done, which gives back all native memory, and when its parent goes
 * away, so that a killed worker leaves no training behind.
 */
async function main(request: ChildRequest, send: (reply: ChildReply) => void): Promise<void> {
  const { dataDir, encoder: spec, options } = request;
  const {
    design = DEFAULT_DESIGN,
    seed = DEFAULT_SEED,
    backend: wanted = 'auto',
    from_scratch = false,
    half_life_days: halfLifeDays = null,
    weigh,
  } = request.request;
  const report = (phase: 'snapshot' | 'encode', fraction: number, message: string): void =>
    send({ kind: 'progress', progress: { phase, fraction, message } });
  const paths = dataPaths(dataDir);
  const started = performance.now();

  report('snapshot', 0, 'reading the ledger');
  const encoder = await openEncoder(spec, encoderSettings(process.env));
  const ledger = await openLedger(paths.ledger, { clock: systemClock, uptime: systemUptime(), existing: true });
  try {
    const { interactions, preferences } = await ledger.feedback.counts();
    const ledgerRows = interactions + preferences;
    const all = await ledger.snapshot.read({ halfLifeDays });
    const { rows, vectors, leftOut } = await encodeRows(encoder, all, { ledger, folder: paths.vectors }, (done) =>
      report(
        'encode',
        (0.07 * done) / all.queries.length,
        `${done}/${all.queries.length} queries encoded by ${encoder.id}`,
      ),
    );
    const graph = snapshotOf(rows, design);
    report(
      'encode',
      0.1,
      `snapshot ${graph.hash.slice(0, 12)}: ${rows.queries.length} queries, ${rows.scores.query.length} ` +
        `scores, ${rows.preferences.query.length} preferences` +
        `${leftOut === 0 ? '' : `; ${leftOut} queries left out, as their texts are forgotten`}`,
    );
    const backend = await openBackend(wanted);
    const made = (await ledger.artifacts.list()).filter((one) => isTrainable(one.router) && one.design === design);
    const previous = from_scratch ? undefined : made.find((one) => one.seed === seed);
    const target = {
      artifacts: openArtifactFolder(paths.artifacts),
      checkpoints: checkpointsIn(paths.artifacts),
      ledgerRows,
      inForce: await ledger.artifacts.activeVersion(),
      previous: previous?.version ?? null,
      last: made[0]?.version ?? null,
    };
    const trained = await runTraining(
      { rows, graph, vectors, design, seed, encoder, textsOf: ledger.snapshot.texts, options, weigh },
      target,
      {
        backend,
        clock: systemClock,
        report: (progress) => send({ kind: 'progress', progress }),
      },
    );
    send({
      kind: 'done',
      ...trained,
      seconds: (performance.now() - started) / 1000,
      peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    });
  } finally {
    await ledger.close();
  }
}

process.once('disconnect', () => process.exit(1));
// A parent that was gone before this was loaded is not told of again.
if (!process.connected) process.exit(1);
endWithParent();
process.once('message', (request: ChildRequest) => {
  const send = (reply: ChildReply): void => void process.send?.(reply);
  main(request, send)
    .catch((error: unknown) =>
      send({
        kind: 'failed',
        code: error instanceof PointsmanError ? error.code : 'training_failed',
        message: messageOf(error),
      }),
    )
    .finally(() => {
      // Worker threads of an encoder may keep the process alive; the last message must be out first.
      process.removeAllListeners('disconnect');
      process.disconnect();
      setTimeout(() => process.exit(0), 100);
    });
});
