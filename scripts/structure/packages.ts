/** Licences that a dependency may have: each lets the product be used, changed and sold. */
const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'Unlicense',
  'WTFPL',
  'Zlib',
]);

/** Further ones of what builds and tests only, and is handed to nobody. */
const TOOL_LICENCES = new Set([...LICENCES, 'CC0-1.0', 'MPL-2.0', 'Python-2.0']);

/** Packages that run something when they are installed, and what. */
const INSTALLING: Record<string, string> = {
  '@tensorflow/tfjs-node-gpu': 'fetches TensorFlow’s library; left out where it can’t',
  'better-sqlite3': 'fetches or compiles SQLite',
  'core-js': 'prints a line',
  esbuild: 'looks for its binary; of the documents’ site only',
  fsevents: 'compiled on macOS only',
  'msgpackr-extract': 'looks for its compiled addon; left out where there is none',
};

/** A package as the lock file has it. */
export interface LockedPackage {
  license?: string;
  /** Whether it builds and tests only. */
  dev?: boolean;
  hasInstallScript?: boolean;
  integrity?: string;
}

const nameOf = (path: string): string => path.replace(/^.*node_modules\//, '');

/** The licences that an expression of SPDX leaves the choice of; all of `A AND B` are needed. */
function isAllowed(licence: string, allowed: ReadonlySet<string>): boolean {
  const names = licence.replaceAll(/[()]/g, '').split(/ (AND|OR) /);
  const known = names.filter((_, i) => i % 2 === 0).map((name) => allowed.has(name));
  return names.includes('AND') ? known.every(Boolean) : known.some(Boolean);
}

/** What is wrong with the packages of a lock file: their licence, a missing hash, or a script that runs at install. */
export function packageFaults(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { license, hasInstallScript, integrity, dev }]) => {
    if (path === '') return [];
    const name = nameOf(path);
    return [
      ...(license !== undefined && isAllowed(license, dev === true ? TOOL_LICENCES : LICENCES)
        ? []
        : [`has the licence ${license ?? 'that nobody told'}`]),
      ...(integrity?.startsWith('sha512-') ? [] : ['has no SHA-512']),
      ...(hasInstallScript === true && !Object.hasOwn(INSTALLING, name) ? ['runs a script when it is installed'] : []),
    ].map((fault) => `package-lock.json: ${name} ${fault}`);
  });
}
