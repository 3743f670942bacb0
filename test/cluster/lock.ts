import { connect, createServer, type Server, type Socket } from 'node:net';
import { unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortHash, type Cache } from './cache.ts';
import { ClusterAborted, codeOf, throwIfAborted } from './errors.ts';

/** A lock that is held. */
export interface Lock {
  /** Tells those who wait for this lock how things stand. */
  report(line: string): void;
  release(): Promise<void>;
}

/** How a caller wants to wait. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Called with the holder's pid and what it last told, at the start of the wait and with each thing told. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Takes a lock that all processes of this machine that use the same cache share, and waits for it when it is held.
 *
 * The lock is a Unix socket that is listened on: the kernel gives a name to one process only and takes it back when
 * that process ends, however it ends, so that there are no stale locks, and whoever waits is woken by the closing of
 * its connection to the holder. On Linux the name is abstract (unix(7)): no file either.
 *
 * @throws ClusterAborted when the signal fires while waiting
 */
export async function lock(cache: Cache, name: string, options: WaitOptions = {}): Promise<Lock> {
  for (;;) {
    throwIfAborted(options.signal);
    const held = await tryLock(cache, name);
    if (held) return held;
    await waitForRelease(addressOf(cache, name), options);
  }
}

/** Takes the lock if nobody holds it; undefined when somebody does. */
export async function tryLock(cache: Cache, name: string): Promise<Lock | undefined> {
  const waiting = new Set<Socket>();
  let status = `process ${process.pid}`;
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('close', () => waiting.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write(`${status}\n`);
  });
  if (!(await listens(server, addressOf(cache, name)))) return undefined;
  return {
    report(line) {
      status = `process ${process.pid}: ${line}`;
      for (const socket of waiting) socket.write(`${status}\n`);
    },
    release: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of waiting) socket.destroy();
      }),
  };
}

/** Runs an action while holding a lock. */
export async function withLock<T>(
  cache: Cache,
  name: string,
  options: WaitOptions,
  action: (held: Lock) => Promise<T>,
): Promise<T> {
  const held = await lock(cache, name, options);
  try {
    return await action(held);
  } finally {
    await held.release();
  }
}

function addressOf(cache: Cache, name: string): string {
  const unique = `wfe-lock-${shortHash(cache.root, String(process.getuid?.() ?? 0), name)}`;
  return process.platform === 'linux' ? `\0${unique}` : join(tmpdir(), unique);
}

function listens(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(address, () => resolve(true));
  });
}

/** A holder says who it is at once; one that does not within this time is stuck. */
const silenceMilliseconds = 1_000;

/** Resolves when the holder lets go or dies. */
function waitForRelease(address: string, { signal, onWait }: WaitOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const abort = () => {
      socket.destroy();
      reject(new ClusterAborted());
    };
    signal?.addEventListener('abort', abort, { once: true });
    const silence = setTimeout(() => onWait?.('a process that is too busy to say more'), silenceMilliseconds);
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      clearTimeout(silence);
      onWait?.(String(text).trim().split('\n').at(-1) ?? '');
    });
    socket.on('error', (error) => {
      // A file that a dead holder has left (not on Linux): nobody listens behind it.
      if (codeOf(error) === 'ECONNREFUSED' && !address.startsWith('\0')) removeFile(address);
    });
    socket.on('close', () => {
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
      resolve();
    });
  });
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another waiting process was quicker.
  }
}
