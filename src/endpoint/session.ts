import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '../protocol/types.js';
import type { Caller } from '../live/keys.js';
export const sessionOf = (_h: IncomingHttpHeaders, call: Call, _c: Caller): string => call.opening;
