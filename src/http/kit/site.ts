import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { PointsmanError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import { bytesReply, type Reply } from './answer.js';

/** Nothing from elsewhere, and no script or style in the page itself. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Files of this name hold a hash of their content. */
const HASHED = /-[\w-]{8}\.\w+$/;

/** A file as it is sent: as it is, and compressed by each way that a client may take. */
interface Content {
  tag: string;
  byEncoding: Readonly<Record<'br' | 'gzip' | 'identity', Uint8Array>>;
}

/** Static files of one folder, kept in memory once they were asked for. */
export interface Site {
  /** `index.html`. Throws `dashboard_missing`. */
  page(request: IncomingMessage): Promise<Reply>;
  /** A file beside it in `dashboard/`. Throws `route_not_found`. */
  file(name: string, request: IncomingMessage): Promise<Reply>;
}

const [compressBrotli, compressGzip] = [promisify(brotliCompress), promisify(gzip)];

async function read(path: string): Promise<Content> {
  const identity = await readFile(path);
  const [br, gz] = await Promise.all([compressBrotli(identity), compressGzip(identity)]);
  return { tag: `"${sha256(identity).slice(0, 16)}"`, byEncoding: { br, gzip: gz, identity } };
}

/** Of what a client takes, what is shortest. */
function encodingFor({ headers }: IncomingMessage): keyof Content['byEncoding'] {
  const taken = (headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim().replace(/;\s*q=(?!0(\.0*)?$).*/, ''));
  return taken.includes('br') ? 'br' : taken.includes('gzip') ? 'gzip' : 'identity';
}

export function createSite(folder: string): Site {
  const contents = new Map<string, Promise<Content>>();

  function contentOf(path: string): Promise<Content> {
    let content = contents.get(path);
    if (content === undefined) {
      content = read(join(folder, path));
      contents.set(path, content);
      // What is not there now may be built later; and names of what is not there must not fill the memory.
      content.catch(() => contents.delete(path));
    }
    return content;
  }

  async function reply(path: string, request: IncomingMessage): Promise<Reply> {
    const { tag, byEncoding } = await contentOf(path);
    const encoding = encodingFor(request);
    const headers = {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Cache-Control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'Content-Security-Policy': POLICY,
      ETag: tag,
      Vary: 'Accept-Encoding',
    };
    if (request.headers['if-none-match']?.includes(tag)) return bytesReply('', headers, 304);
    const bytes = byEncoding[encoding];
    return bytesReply(bytes, {
      ...headers,
      'Content-Length': bytes.byteLength,
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    });
  }

  return {
    async page(request) {
      try {
        return await reply('index.html', request);
      } catch {
        throw new PointsmanError(
          'dashboard_missing',
          `The dashboard is not built: expected it in ${folder}; \`npm run build\` makes it`,
        );
      }
    },
    async file(name, request) {
      try {
        return await reply(join('dashboard', name), request);
      } catch {
        throw new PointsmanError(
          'route_not_found',
          `There is no /dashboard/${name}; / is the page that names the files`,
        );
      }
    },
  };
}
