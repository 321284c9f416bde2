import { connect, type Socket } from 'node:net';

interface Waiting {
  readonly request: Buffer;
  readonly answer: (status: number) => void;
  readonly failed: (error: Error) => void;
}

/**
 * The least HTTP client there is: requests are ready-made bytes, connections stay open and carry one request at a time,
 * of the answer only the status is looked at. On a small machine the load must not take what it is to measure.
 */
export class Wire {
  #idle: Line[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #lines = new Set<Line>();
  #closed = false;

  static async open(host: string, port: number, connections: number): Promise<Wire> {
    const wire = new Wire();
    for (let i = 0; i < connections; i++) wire.#idle.push(await wire.#connect(host, port));
    return wire;
  }

  /** A connection that the server closes is replaced by another, as a client's would be. */
  async #connect(host: string, port: number): Promise<Line> {
    const line: Line = await Line.open(
      host,
      port,
      () => this.#free(line),
      () => {
        this.#lines.delete(line);
        this.#idle = this.#idle.filter((other) => other !== line);
        if (!this.#closed) void this.#connect(host, port).then((fresh) => this.#free(fresh));
      },
    );
    this.#lines.add(line);
    return line;
  }

  /** Sends when a connection is free; resolves with the status, rejects when the connection breaks meanwhile. */
  send(request: Buffer): Promise<number> {
    return new Promise((answer, failed) => {
      const waiting = { request, answer, failed };
      const line = this.#idle.pop();
      if (line) line.carry(waiting);
      else this.#waiting.push(waiting);
    });
  }

  close(): void {
    this.#closed = true;
    for (const line of this.#lines) line.close();
  }

  #free(line: Line): void {
    const next = this.#waiting.shift();
    if (next) line.carry(next);
    else this.#idle.push(line);
  }
}

class Line {
  #current: Waiting | null = null;
  #received = '';
  private constructor(
    private readonly socket: Socket,
    private readonly free: () => void,
    lost: () => void,
  ) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => this.#take(String(chunk)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => {
      lost();
      this.#fail(new Error('The server closed the connection'));
    });
  }

  static open(host: string, port: number, free: () => void, lost: () => void): Promise<Line> {
    return new Promise((ready, failed) => {
      const socket = connect(port, host, () => ready(new Line(socket, free, lost)));
      socket.once('error', failed);
    });
  }

  carry(waiting: Waiting): void {
    this.#current = waiting;
    this.#received = '';
    this.socket.write(waiting.request);
  }

  close(): void {
    this.socket.removeAllListeners('close').destroy();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#received.slice(0, head))?.[1];
    if (length === undefined) return this.#fail(new Error('The answer has no content-length'));
    if (this.#received.length < head + 4 + Number(length)) return;
    const current = this.#current!;
    this.#current = null;
    const status = Number(this.#received.slice(9, 12));
    this.free();
    current.answer(status);
  }

  #fail(error: Error): void {
    this.#current?.failed(error);
    this.#current = null;
  }
}

/** A POST of JSON as the bytes that go over the wire. */
export function postOf(target: { host: string; port: number; path: string; writeKey: string }, body: string): Buffer {
  const content = Buffer.from(body);
  const head = [
    `POST ${target.path} HTTP/1.1`,
    `Host: ${target.host}:${target.port}`,
    `Authorization: Basic ${Buffer.from(`${target.writeKey}:`).toString('base64')}`,
    'Content-Type: application/json',
    `Content-Length: ${content.length}`,
    '\r\n',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head), content]);
}
