#!/usr/bin/env node
import { CommanderError } from 'commander';
import { PointsmanError, messageOf } from '../base/errors.js';
import { complain, complainOf } from './output.js';
import { COMMANDS, programOf } from './program.js';

const [, , wanted = ''] = process.argv;
// Where none is named, all are listed or searched for what was meant.
const program = await programOf(Object.hasOwn(COMMANDS, wanted) ? [COMMANDS[wanted]!] : undefined);

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    complainOf('pointsman', messageOf(error));
    if (!(error instanceof PointsmanError) && error instanceof Error) complain(String(error.stack));
    const code = error instanceof PointsmanError ? error.exitCode : 1;
    // Connections of libraries to what does not answer must not keep a failed command alive.
    process.stderr.write('', () => process.exit(code));
  }
}
