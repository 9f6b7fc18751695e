import { PointsmanError, messageOf } from '../../base/errors.js';
import { isLoopback } from '../../base/loopback.js';
import { DAY_MS } from '../../base/units.js';
import { systemClock } from '../../base/clock.js';
import type { Alert } from '../../schema/drift.js';
import type { LlmHealth } from '../../schema/health.js';
import type { ProviderInfo } from '../../schema/provider.js';
import type { ArtifactSummary, Job } from '../../schema/training.js';
import { callJson, serviceApi } from '../client.js';
import { version } from '../version.js';
import { fault, looked, ok, warning, type Finding } from './finding.js';

interface Check {
  ok: boolean;
  detail: string;
}

interface Readiness {
  ready: boolean;
  checks?: { ledger: Check; queue: Check; artifact: Check };
  models?: number;
}

const REMEDIES: Record<string, string> = {
  ledger: 'see docs/operations.md, “When the disk is full, or the ledger is gone”',
  queue: 'start its server, or correct POINTSMAN_QUEUE; routing goes on without',
  artifact: 'put another version in force, or train again',
};

/** What it says of itself, also where it is not ready. */
async function readiness(url: string): Promise<Readiness> {
  const key = process.env['POINTSMAN_API_KEY']?.trim();
  const response = await fetch(new URL('/readyz', url), key ? { headers: { authorization: `Bearer ${key}` } } : {});
  return (await response.json()) as Readiness;
}

async function ready(url: string): Promise<Finding[]> {
  const { ready: isReady, checks, models } = await readiness(url);
  const found = Object.entries<Check>({ ...checks }).map(([name, check]) => {
    if (check.ok) return ok(name, check.detail);
    return (name === 'ledger' ? fault : warning)(name, check.detail, REMEDIES[name] ?? 'see the log of the service');
  });
  const whole = isReady
    ? ok('service', `ready${models === undefined ? '' : `, ${models} LLMs can be scored`}`)
    : fault('service', 'it can’t read or write its ledger', REMEDIES['ledger']!);
  return [whole, ...found];
}

/** Whether strangers get in. */
async function door(url: string): Promise<Finding> {
  const isOpen = (await fetch(new URL('/v1/models', url))).ok;
  if (!isOpen) return ok('door', 'keys are asked for');
  const { hostname } = new URL(url);
  if (isLoopback(hostname.replaceAll(/[[\]]/g, ''))) return ok('door', `no key is asked for, at ${hostname}`);
  return fault('door', `nobody is asked for a key at ${hostname}`, '`pointsman keys create NAME --scopes admin`');
}

async function pages(url: string): Promise<Finding> {
  const response = await fetch(url);
  const isPage = response.ok && (response.headers.get('content-type') ?? '').includes('html');
  return isPage
    ? ok('dashboard', 'it is served')
    : warning('dashboard', 'no page is served at /', '`npm run build` builds it where the service is installed');
}

/** What else the API tells, each as far as the key may see it. */
function told(url: string): [check: string, look: () => Promise<Finding | Finding[]>][] {
  const api = serviceApi(url);
  const get = <T>(path: string): Promise<T> => callJson<T>(api, 'GET', path);
  return [
    [
      'version of the API',
      async () => {
        const { info } = await get<{ info: { version: string } }>('/openapi.json');
        const found = `it is ${info.version}, this command ${version}`;
        return info.version === version
          ? ok('version of the API', found)
          : warning('version of the API', found, 'use the command of the same version');
      },
    ],
    [
      'version in force',
      async () => {
        const { weights } = await get<{ weights: ArtifactSummary[] }>('/v1/weights');
        const inForce = weights.find(({ active }) => active);
        if (inForce === undefined)
          return warning('version in force', 'nothing trained is in force', '`pointsman jobs start` trains');
        const days = Math.floor((systemClock() - Date.parse(inForce.created_at)) / DAY_MS);
        return ok('version in force', `${inForce.version} (${inForce.router}), ${days} days old`);
      },
    ],
    [
      'breakers',
      async () => {
        const { models } = await get<{ models: LlmHealth[] }>('/v1/health');
        const out = models.filter(({ state }) => state === 'open').map(({ model }) => model);
        return out.length === 0
          ? ok('breakers', `all ${models.length} LLMs are in the rankings`)
          : warning('breakers', `out of the rankings: ${out.join(', ')}`, '`pointsman health` says why');
      },
    ],
    [
      'alerts',
      async () => {
        const { alerts } = await get<{ alerts: Alert[] }>('/v1/alerts?state=open');
        return alerts.length === 0
          ? ok('alerts', 'none is open')
          : warning('alerts', `${alerts.length} open`, '`pointsman alerts` shows them');
      },
    ],
    [
      'providers',
      async () => {
        const { providers } = await get<{ providers: ProviderInfo[] }>('/v1/providers');
        const missing = providers.filter(({ key }) => key === 'missing');
        return missing.length === 0
          ? ok('providers', `${providers.length}, each with the key that it needs`)
          : missing.map(({ name, key_problem: why }) =>
              warning(`provider ${name}`, why ?? 'its key is missing', 'set it where the service runs'),
            );
      },
    ],
    [
      'jobs',
      async () => {
        const { jobs } = await get<{ jobs: Job[] }>('/v1/jobs?limit=1');
        const [last] = jobs;
        return last?.state === 'failed'
          ? warning('jobs', `the last one failed: ${last.error}`, `\`pointsman jobs show ${last.job_id}\``)
          : ok('jobs', last === undefined ? 'none yet' : `the last one is ${last.state}`);
      },
    ],
  ];
}

/** A look that the key does not allow, or the queue not now, is a warning. */
async function allowed(check: string, look: () => Promise<Finding | Finding[]>): Promise<Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    const isKey = error instanceof PointsmanError && (error.code === 'unauthorized' || error.code === 'forbidden');
    const remedy = isKey ? 'set POINTSMAN_API_KEY to a key with the scope read' : 'see the log of the service';
    return [warning(check, messageOf(error), remedy)];
  }
}

/** What a running service is like. */
export async function lookAtService(url: string): Promise<Finding[]> {
  try {
    await fetch(new URL('/healthz', url));
  } catch (error) {
    const why = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    return [
      fault('service', `none answers at ${url} (${why})`, '`pointsman start` starts one; --data DIR looks at a folder'),
    ];
  }
  const found = await looked('service', 'see its log', () => ready(url));
  for (const [check, look] of told(url)) found.push(...(await allowed(check, look)));
  found.push(...(await allowed('door', () => door(url))), ...(await allowed('dashboard', () => pages(url))));
  return found;
}
