import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Most connections at a time; more are closed at once. */
const MAX_CONNECTIONS = 4096;
/** Answers that a connection may wait for, and bytes of them that it has not taken: then nothing more of it is read. */
const MAX_OPEN = 16;
const MAX_UNREAD_BYTES = 256 * 1024;
/** Time for a client to take a last answer, in milliseconds. */
const LINGER_MS = 2000;
/** Longest that a connection may take nothing of what is written to it, in milliseconds. */
const UNREAD_MS = 60_000;
/**
 * Bytes that are looked at for requests at once, and more once a part had none. Node reads 64 KiB, in which there may
 * be two thousand requests, and would handle all before it looks at another connection.
 */
const PART_BYTES = 512;
/** Time for requests of one connection, in milliseconds, until it is others' turn. */
const TURN_MS = 2;

/** What is read of a connection, and the answers that it waits for. */
class Connection {
  readonly #socket: Socket;
  readonly #handle: RequestListener;
  /** Answers that are not sent whole, in order. */
  readonly #open: ServerResponse[] = [];
  /** Requests that are not begun: of one part at most. */
  #waiting: [IncomingMessage, ServerResponse][] = [];
  /** Whether reading was stopped, and whether Node had stopped it already, as it does for a body that nobody reads. */
  #held = false;
  #heldByNode = false;
  #goesOn = false;
  #turnBegan = 0;
  /** What is written last, where nothing more is read. */
  #last: string | undefined;
  /** Requests so far. */
  #seen = 0;

  constructor(socket: Socket, handle: RequestListener) {
    this.#socket = socket;
    this.#handle = handle;
    const [parse] = socket.listeners('data');
    if (parse !== undefined) {
      socket.off('data', parse as () => void);
      socket.on('data', (chunk: Buffer) => this.#read(chunk, parse as (part: Buffer) => void));
    }
    socket.on('resume', () => {
      if (!this.#held) return;
      this.#heldByNode = false;
      if (this.#waiting.length > 0 || this.#isFull()) socket.pause();
    });
    socket.once('close', () => {
      this.#waiting = [];
    });
  }

  /** Handles a request, now or in a turn to come. */
  add(req: IncomingMessage, res: ServerResponse): void {
    this.#seen++;
    if (this.#waiting.length === 0 && this.#hasTurn()) return this.#begin(req, res);
    this.#waiting.push([req, res]);
    this.#hold();
  }

  /** Whether an answer is being made, and nothing of it waits to be taken. */
  isAtWork(): boolean {
    const [first] = this.#open;
    return first !== undefined && first.writableLength === 0;
  }

  /**
   * Reads no more, writes a last answer once those before it are sent, and closes. The request that is being read gets
   * none but that.
   */
  end(answer: string): void {
    if (this.#last !== undefined) return;
    this.#last = answer;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#last === undefined || this.#waiting.length > 0 || this.#open.length > 1) return;
    const [first] = this.#open;
    if (first !== undefined && (first.headersSent || first.req.complete)) return;
    const socket = this.#socket;
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    socket.end(this.#last);
    // A connection that is closed with something unread is reset, and its last answer may be lost.
    socket.resume();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  #begin(req: IncomingMessage, res: ServerResponse): void {
    this.#open.push(res);
    res.once('close', () => {
      this.#open.splice(this.#open.indexOf(res), 1);
      this.#endIfDone();
      if (this.#held && !this.#isFull()) this.#goOn();
    });
    this.#handle(req, res);
  }

  #isFull(): boolean {
    if (this.#open.length === 0) return false;
    let unread = 0;
    for (const res of this.#open) unread += res.writableLength;
    return this.#open.length >= MAX_OPEN || unread >= MAX_UNREAD_BYTES;
  }

  #hasTurn(): boolean {
    return !this.#isFull() && performance.now() - this.#turnBegan < TURN_MS;
  }

  #read(chunk: Buffer, parse: (part: Buffer) => void): void {
    const socket = this.#socket;
    this.#turnBegan = performance.now();
    let bytes = PART_BYTES;
    for (let at = 0; at < chunk.length && this.#last === undefined && !socket.writableEnded && !socket.destroyed;) {
      if (at > 0 && (socket.isPaused() || this.#waiting.length > 0 || !this.#hasTurn())) {
        socket.unshift(chunk.subarray(at));
        return this.#hold();
      }
      const seen = this.#seen;
      const end = Math.min(at + bytes, chunk.length);
      parse.call(socket, end - at === chunk.length ? chunk : chunk.subarray(at, end));
      at = end;
      // A long body is not taken to pieces.
      bytes = this.#seen === seen ? 4 * bytes : PART_BYTES;
    }
    if (this.#isFull()) this.#hold();
  }

  #hold(): void {
    if (!this.#held) this.#heldByNode = this.#socket.isPaused();
    this.#held = true;
    this.#socket.pause();
    if (!this.#isFull()) this.#goOn();
  }

  /** Goes on when other connections had their turn. */
  #goOn(): void {
    if (this.#goesOn) return;
    this.#goesOn = true;
    setImmediate(() => {
      this.#goesOn = false;
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    this.#turnBegan = performance.now();
    while (this.#waiting.length > 0 && this.#hasTurn()) this.#begin(...this.#waiting.shift()!);
    if (this.#isFull()) return;
    if (this.#waiting.length > 0) return this.#goOn();
    this.#held = false;
    if (!this.#heldByNode) this.#socket.resume();
  }
}

/** Writes a last answer to a connection, once those before it are sent, reads no more of it, and closes it. */
export type EndConnection = (socket: Duplex, answer: string) => void;

/**
 * Has a server handle requests, and bounds what a connection costs: requests that are worked on at a time, answers that
 * are not taken, for how long, and what other connections wait for it. A client that pipelines notices nothing as long
 * as it reads.
 */
export function boundConnections(server: Server, handle: RequestListener, unreadMs = UNREAD_MS): EndConnection {
  const connections = new WeakMap<Duplex, Connection>();
  server.maxConnections = MAX_CONNECTIONS;
  server.timeout = unreadMs;
  server.on('connection', (socket: Socket) => connections.set(socket, new Connection(socket, handle)));
  server.on('request', (req, res) => connections.get(req.socket)!.add(req, res));
  server.on('timeout', (socket) => {
    if (connections.get(socket)?.isAtWork() !== true) socket.destroy();
  });
  return (socket, answer) => connections.get(socket)?.end(answer);
}
