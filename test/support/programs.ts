import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that tests run for real, by the name a test asks for, and the Debian package that has them. */
const PROGRAMS = {
  redis: { names: ['redis-server', 'valkey-server'], debian: 'redis-server' },
  initdb: { names: ['initdb'], debian: 'postgresql' },
  postgres: { names: ['postgres'], debian: 'postgresql' },
  chromium: { names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'], debian: 'chromium' },
  promtool: { names: ['promtool'], debian: 'prometheus' },
} as const;

export type ProgramName = keyof typeof PROGRAMS;

/** Path of the program; undefined when it isn't installed. */
export function findProgram(program: ProgramName): string | undefined {
  for (const folder of searchPath())
    for (const name of PROGRAMS[program].names) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  return undefined;
}

export const findChromium = (): string | undefined => findProgram('chromium');

/**
 * For `describe(…, { skip })`: false when all programs are there, else why the suite is left out and how to get
 * what it needs. In continuous integration (CI=true) nothing may be left out: throws.
 */
export function lacking(...programs: ProgramName[]): string | false {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return false;
  const packages = [...new Set(missing.map((program) => PROGRAMS[program].debian))].join(' ');
  const reason =
    `${missing.map((program) => PROGRAMS[program].names[0]).join(' and ')} not found; Debian: apt-get install ` +
    `${packages}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

/** `PATH`, and where Debian keeps PostgreSQL's own programs, newest first. */
function searchPath(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  return [
    ...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean),
    ...versions.map((version) => join(root, version, 'bin')),
  ];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
