import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Answered, Asked } from '../../scripts/openapi/answers.js';

function headerOf(res: ServerResponse, name: string): string | undefined {
  const value = res.getHeader(name);
  return value === undefined ? undefined : String(value);
}

/** Has `told` know what each request was answered with, once its answer is sent whole. */
export function tapped(
  handle: RequestListener,
  told: (asked: Asked, answered: Answered) => void,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const asked = { method: req.method!, target: req.url! };
    const chunks: Buffer[] = [];
    const keep = (chunk: unknown): void => {
      if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk as string));
    };
    const { write, end } = res;
    res.write = (...args: unknown[]) => (keep(args[0]), Reflect.apply(write, res, args) as boolean);
    res.end = (...args: unknown[]) => (keep(args[0]), Reflect.apply(end, res, args) as typeof res);
    // Headers given to `writeHead` are not kept by Node where none were set before.
    let type: string | undefined;
    const { writeHead } = res;
    res.writeHead = (...args: unknown[]) => {
      const given = args.find((one) => typeof one === 'object' && one !== null) as Record<string, unknown> | undefined;
      if (given?.['Content-Type'] !== undefined) type = String(given['Content-Type']);
      return Reflect.apply(writeHead, res, args) as typeof res;
    };
    res.once('finish', () => {
      const body = asked.method === 'HEAD' ? '' : Buffer.concat(chunks).toString();
      told(asked, { status: res.statusCode, contentType: type ?? headerOf(res, 'content-type'), body });
    });
    handle(req, res);
  };
}
