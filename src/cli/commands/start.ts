import { Command } from 'commander';
import { options } from '../options.js';
import { print } from '../output.js';
import type { ServiceSettings } from '../service.js';

const OPEN =
  'Nobody is asked for a key: whoever reaches this address may do everything. ' +
  '`pointsman keys create NAME --scopes admin` makes the first key, and ends that.';

function serviceCommand(name: string, description: string, parts: { api: boolean; worker: boolean }): Command {
  const command = new Command(name)
    .description(description)
    .addOption(options.data())
    .addOption(options.encoder())
    .addOption(options.logLevel())
    .addOption(options.redact())
    .addOption(options.queue());
  if (parts.worker)
    command
      .addOption(options.backend())
      .addOption(options.trainingPriority())
      .addOption(options.activation().env('POINTSMAN_ACTIVATION').default('gate'));
  if (parts.api)
    command
      .addOption(options.host())
      .addOption(options.port())
      .addOption(options.open())
      .addOption(options.allowedHosts())
      .addOption(options.corsOrigins())
      .addOption(options.openMetrics())
      .addOption(options.allowPrivateWebhooks());
  return command.action(async (settings: ServiceSettings) => {
    // Loaded when it is needed: the API and the queue would double the time that every other command takes to start.
    const { startService, untilStopped } = await import('../service.js');
    const service = await startService(settings, parts);
    const where =
      service.url === null
        ? 'Pointsman worker takes jobs as they come'
        : `Pointsman listens on ${service.url}: the dashboard (API: ${service.url}/docs)`;
    print(service.open ? `${where}\n${OPEN}` : where);
    await untilStopped(service);
  });
}

export const startCommand = (): Command =>
  serviceCommand('start', 'API and worker in one process, with the embedded queue unless another is given', {
    api: true,
    worker: true,
  });
export const serveCommand = (): Command => serviceCommand('serve', 'API alone', { api: true, worker: false });
export const workerCommand = (): Command => serviceCommand('worker', 'worker alone', { api: false, worker: true });
