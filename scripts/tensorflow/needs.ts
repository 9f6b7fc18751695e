import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.js';

export const python = (): string => process.env['PYTHON'] || 'python3';

interface Report {
  header?: { glibcVersionRuntime?: string };
}

/** What this operating system lacks that no package can add; empty when it will do. */
function platformProblems(): string[] {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64'))
    return [
      `Linux on x64 or arm64 (this is ${process.platform} on ${process.arch}); elsewhere Pointsman uses its ` +
        'wasm backend, which needs no set-up',
    ];
  const glibc = (process.report.getReport() as Report).header?.glibcVersionRuntime;
  if (!glibc)
    return [
      'glibc 2.27 or later (this system has another C library, such as musl on Alpine): use a Debian-based image',
    ];
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  return major === 2 && minor < 27 ? [`glibc 2.27 or later (this is ${glibc})`] : [];
}

/** Free bytes on the disk that holds `dir`, which need not exist yet. */
export function freeBytes(dir: string): number {
  let folder = dir;
  while (!existsSync(folder)) folder = dirname(folder);
  const disk = statfsSync(folder);
  return disk.bavail * disk.bsize;
}

async function toolProblem(command: string, args: readonly string[], advice: string): Promise<string[]> {
  const { code } = await run(command, args);
  return code === 0 ? [] : [advice];
}

/**
 * Everything that a set-up in `dir` needs, `disk` free bytes among it, and this machine lacks, in words that say how to
 * get it.
 */
export async function missingNeeds(dir: string, disk: number): Promise<string[]> {
  const platform = platformProblems();
  if (platform.length > 0) return platform;
  const free = freeBytes(dir);
  const tools = await Promise.all([
    toolProblem('npm', ['--version'], 'npm, which comes with Node.js'),
    toolProblem(python(), ['--version'], `python3 (\`${python()}\` does not run): apt-get install python3 python3-pip`),
    toolProblem(
      python(),
      ['-m', 'pip', '--version'],
      `pip for \`${python()}\`: apt-get install python3-pip, or python3 -m ensurepip`,
    ),
    toolProblem(process.env['CXX'] || 'g++', ['--version'], 'a C++ compiler: apt-get install g++, or set CXX'),
    toolProblem('make', ['--version'], 'make: apt-get install make'),
  ]);
  const space =
    free < disk
      ? [
          `${(disk / 1e9).toFixed(1)} GB of free disk at ${dir} (there are ${(free / 1e9).toFixed(1)}): free ` +
            'some, or name another folder with --dir',
        ]
      : [];
  return [...tools.flat(), ...space];
}

/**
 * A folder with Node's own C headers for this major version, so that node-gyp need not fetch them
 * from nodejs.org; empty when there is none.
 */
export function nodeHeaders(env: NodeJS.ProcessEnv): string {
  const major = `#define NODE_MAJOR_VERSION ${process.versions.node.split('.')[0]}`;
  const folders = [env['npm_config_nodedir'] ?? '', dirname(dirname(process.execPath))];
  return (
    folders.find((folder) => {
      const version = join(folder, 'include/node/node_version.h');
      return folder !== '' && existsSync(version) && readFileSync(version, 'utf8').includes(`${major}\n`);
    }) ?? ''
  );
}
