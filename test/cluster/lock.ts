import { connect, createServer, type Server, type Socket } from 'node:net';
import { unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortHash, type Cache } from './cache.ts';
import { ClusterAborted, codeOf, throwIfAborted } from './errors.ts';

/** A held lock. */
export interface Lock {
  /** Reports progress to waiting processes. */
  report(line: string): void;
  release(): Promise<void>;
}

/** Options of waiting. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Called with the holder's pid and last report, at the start and at each new report. */
  readonly onWait?: (holder: string) => void;
}

/**
 * Acquires a lock shared by all processes of this machine that use the same cache, waiting while it is held.
 *
 * The lock is a listening Unix socket: the kernel grants a name to one process and frees it when that process exits, so locks
 * are never stale, and closing connections wake waiting processes. On Linux the name is abstract (unix(7)), without a file.
 * @throws ClusterAborted if the signal aborts while waiting
 */
export async function lock(cache: Cache, name: string, options: WaitOptions = {}): Promise<Lock> {
  for (;;) {
    throwIfAborted(options.signal);
    const held = await tryLock(cache, name);
    if (held) return held;
    await waitForRelease(addressOf(cache, name), options);
  }
}

/** Acquires the lock if it is free; undefined if it is held. */
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

/** A holder identifies itself immediately; one that does not within this time is stuck. */
const silenceMilliseconds = 1_000;

/** Resolves when the holder releases the lock or dies. */
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
      // A stale file of a dead holder (not on Linux).
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
    // Another waiting process was faster.
  }
}
