import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks `POST /v1/route` of one service, with the queries in turn. */
export interface RouteLoad {
  /** Milliseconds until one query is answered. */
  ask(): Promise<number>;
  /** Asks `rate` times a second at even times, whether it was answered or not, until `until` of `performance.now()`. */
  even(rate: number, until: number): Promise<number[]>;
  close(): void;
}

export function createRouteLoad(url: string, queries: readonly string[]): RouteLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  let sent = 0;

  function ask(): Promise<number> {
    const body = JSON.stringify({ query: queries[sent++ % queries.length] });
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const call = request(`${url}/v1/route`, { method: 'POST', agent, headers }, (response) => {
        response.on('end', () => resolve(performance.now() - began)).resume();
        if (response.statusCode !== 200) reject(new Error(`HTTP ${response.statusCode}`));
      });
      call.on('error', reject).end(body);
    });
  }

  return {
    ask,
    async even(rate, until) {
      const began = performance.now();
      const calls: Promise<number>[] = [];
      while (performance.now() < until) {
        const due = ((performance.now() - began) * rate) / 1000;
        while (calls.length < due) calls.push(ask());
        await sleep(1);
      }
      return Promise.all(calls);
    },
    close: () => agent.destroy(),
  };
}
