export { createApp, type App, type AppOptions, type AppParts } from './app.js';
export { startServer, type RunningServer, type ServerOptions } from './server.js';
