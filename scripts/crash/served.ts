import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/base/hash.js';
import { dataPaths } from '../../src/base/paths.js';
import type { ArtifactSummary } from '../../src/schema/training.js';
import { call } from './api.js';

async function versionsOf(url: string): Promise<ArtifactSummary[]> {
  return (await call<{ weights: ArtifactSummary[] }>(url, 'GET', '/v1/weights')).weights;
}

/** The version in force, by the ledger. */
export async function activeVersion(url: string): Promise<string> {
  return (await versionsOf(url)).find(({ active }) => active)?.version ?? 'none';
}

function isWhole(data: string, { version, files }: ArtifactSummary): boolean {
  return files.every(({ name, sha256: wanted }) => {
    try {
      return sha256(readFileSync(join(dataPaths(data).artifacts, version, name))) === wanted;
    } catch {
      return false;
    }
  });
}

/** How long a service may take to serve the version that another process put in force, in milliseconds. */
const FOLLOW_MS = 5_000;

/** What is wrong with what a service serves: whether it is ready, routes, and its versions are whole. */
export async function servedFaults(url: string, data: string): Promise<{ faults: string[]; broken: number }> {
  const versions = await versionsOf(url);
  const active = versions.filter((one) => one.active);
  const faults: string[] = [];
  if (active.length !== 1) faults.push(`${active.length} versions are in force`);
  const until = Date.now() + FOLLOW_MS;
  for (;;) {
    const { ready, version } = await call<{ ready: boolean; version: string | null }>(url, 'GET', '/readyz');
    const { version: routed } = await call<{ version: string | null }>(url, 'POST', '/v1/route', { query: 'a loop' });
    const wanted = active[0]?.version;
    if (ready && version === wanted && routed === wanted) break;
    if (Date.now() > until) {
      faults.push(`ready: ${ready}; ${version} serves, ${routed} routes, ${wanted} is in force`);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const broken = versions.filter((one) => !isWhole(data, one)).length;
  return { faults, broken };
}
