export { createApp, type App } from './app.js';
export type { AppOptions, AppParts } from './context.js';
export { startServer, type RunningServer, type ServerOptions } from './server.js';
