/**
 * Loaded into a service before it starts (`node --import`): at each SIGUSR2 it writes which files of `dist/src` ran
 * since the one before, in the order in which they first ran, to the file that POINTSMAN_JOURNEY names.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const file = process.env['POINTSMAN_JOURNEY'];
if (file === undefined) throw new Error('POINTSMAN_JOURNEY: expected the path of a file to write to, got nothing');
const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

process.on('SIGUSR2', () => {
  session.post('Profiler.takePreciseCoverage', (error, taken) => {
    if (error !== null) throw error;
    const ran = taken.result.filter(
      ({ url, functions }) => url.includes('/dist/src/') && functions.some(({ ranges }) => ranges[0]!.count > 0),
    );
    writeFileSync(file, JSON.stringify(ran.map(({ url }) => url.slice(url.indexOf('/dist/src/') + 10))));
  });
});
