import type { IncomingMessage, ServerResponse } from 'node:http';
import express, { type Request, type Response } from 'express';

/**
 * An application that routes nothing: of Express, the kit uses what it knows of media types, ranges and conditions, and
 * only for the requests that need it.
 */
const app = express();
app.disable('x-powered-by');
app.disable('etag');

/** A request and its answer with Express's methods. */
export function inExpress(req: IncomingMessage, res: ServerResponse): { request: Request; response: Response } {
  const request = Object.setPrototypeOf(req, app.request) as Request;
  const response = Object.setPrototypeOf(res, app.response) as Response;
  request.res = response;
  response.req = request;
  return { request, response };
}
