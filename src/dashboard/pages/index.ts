import type { ComponentType } from 'preact';

/** What a page is told: the parts of its address after its own. */
export interface PageProps {
  parts: readonly string[];
}

export interface PageEntry {
  /** First part of its address; empty for the first page. */
  path: string;
  title: string;
  /** Its icon: the `d` of a path, 24 by 24. */
  icon: string;
  load: () => Promise<{ default: ComponentType<PageProps> }>;
}

/** All pages, in the order in which they are listed. Each is loaded when it is first seen. */
export const PAGES: readonly PageEntry[] = [
  { path: '', title: 'Overview', icon: 'M4 19V5m0 14h16M8 15l3-4 3 2 5-7', load: () => import('./overview.js') },
  { path: 'try', title: 'Try it', icon: 'M7 5l11 7-11 7z', load: () => import('./try.js') },
  { path: 'decisions', title: 'Decisions', icon: 'M5 7h14M5 12h14M5 17h9', load: () => import('./decisions.js') },
  {
    path: 'models',
    title: 'Models',
    icon: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
    load: () => import('./models.js'),
  },
  {
    path: 'graph',
    title: 'Graph',
    icon: 'M6 6a2 2 0 100 .1M18 8a2 2 0 100 .1M10 18a2 2 0 100 .1M8 7l8 1M7 8l3 8M17 10l-5 7',
    load: () => import('./graph.js'),
  },
  {
    path: 'map',
    title: 'Map of queries',
    icon: 'M9 4L4 6v14l5-2 6 2 5-2V4l-5 2zM9 4v14M15 6v14',
    load: () => import('./map.js'),
  },
  {
    path: 'training',
    title: 'Training',
    icon: 'M4 12a8 8 0 0114-5l2 2M20 12a8 8 0 01-14 5l-2-2M20 4v5h-5M4 20v-5h5',
    load: () => import('./training.js'),
  },
  {
    path: 'policies',
    title: 'Policies',
    icon: 'M6 4v16M6 8h0M12 4v16M18 4v16M4 9h4M10 15h4M16 7h4',
    load: () => import('./policies.js'),
  },
  { path: 'health', title: 'Health', icon: 'M3 12h4l2-6 4 13 3-9 2 2h3', load: () => import('./health.js') },
  {
    path: 'settings',
    title: 'Settings',
    icon: 'M12 9a3 3 0 100 6 3 3 0 000-6zM12 3v3m0 12v3M3 12h3m12 0h3M6 6l2 2m8 8l2 2m0-12l-2 2m-8 8l-2 2',
    load: () => import('./settings.js'),
  },
];
