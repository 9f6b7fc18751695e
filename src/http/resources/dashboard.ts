import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../base/paths.js';
import { createSite } from '../kit/site.js';
import { operation, type Operation } from '../kit/operation.js';

/** The dashboard's files, as `npm run build` makes them. */
export const DASHBOARD_FOLDER = join(packageRoot, 'dist', 'dashboard');

const FileName = z.string().regex(/^[\w.-]{1,200}$/, 'expected the name of a file');

const common = { method: 'GET', tag: 'operations', scope: null, writes: false } as const;

/** The dashboard: a page, and what it loads. Whatever it shows, it asks the API for. */
export function dashboardOperations(): Operation[] {
  const site = createSite(DASHBOARD_FOLDER);
  return [
    operation({
      ...common,
      path: '/',
      summary: 'The dashboard',
      answers: { 200: { description: 'A page', schema: z.string(), types: ['text/html'] } },
      errors: ['dashboard_missing'],
      run: ({ request }) => site.page(request),
    }),
    operation({
      ...common,
      path: '/dashboard/{file}',
      summary: 'A file of the dashboard',
      params: { file: { schema: FileName, description: 'Its name' } },
      answers: { 200: { description: 'The file', schema: z.string(), types: ['*/*'] } },
      errors: ['route_not_found'],
      run: ({ params: { file }, request }) => site.file(file, request),
    }),
  ];
}
