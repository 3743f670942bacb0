import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shortHash, type Cache } from '../cluster/cache.ts';
import { findOnPath, runCommand } from '../cluster/command.ts';
import { requireCache, requireSpace } from '../cluster/disk.ts';
import { ClusterError } from '../cluster/errors.ts';
import { withLock } from '../cluster/lock.ts';
import { elapsedSince, showElapsed, showWaiting, type Progress } from '../cluster/progress.ts';
import { explainGoFailure } from '../cluster/toolchain.ts';

/** A Go program of a test with its own module. */
export interface GoProgram {
  readonly name: string;
  /** Directory with its go.mod and go.sum, and its source if that is ours. */
  readonly module: string;
  readonly package: string;
  /** Additional flags of `go build`. */
  readonly flags?: readonly string[];
  /** Purpose, as the beginning of a sentence. */
  readonly purpose: string;
  /** Build time on two cores, as text. */
  readonly duration: string;
  /** Gigabytes from empty caches: the binary and Go's caches. */
  readonly spaceNeeded: number;
}

const commonFlags = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];

/**
 * The path of a program, built if this checkout's version is not cached.
 *
 * @throws ClusterError if there is no Go, too little space, or it does not compile
 */
export async function ensureGoProgram(
  program: GoProgram,
  cache: Cache,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string> {
  const path = join(cache.root, `${program.name}-${sourceKey(program)}`, program.name);
  if (existsSync(path)) return path;
  const onWait = showWaiting(progress, `another build of ${program.name}`);
  return withLock(cache, program.name, { signal, onWait }, async () => {
    // The previous lock holder may have built it.
    if (!existsSync(path)) await build(program, cache, path, progress, signal);
    return path;
  });
}

function sourceKey({ module, flags = [] }: GoProgram): string {
  const all = readdirSync(module, { recursive: true, encoding: 'utf8' });
  const files = all.filter((path) => /(^|\/)go\.(mod|sum)$|\.go$/.test(path) && !path.endsWith('_test.go'));
  const platform = [process.platform, process.arch, ...commonFlags, ...flags].join(' ');
  return shortHash(platform, ...files.toSorted().map((name) => readFileSync(join(module, name))));
}

async function build(
  program: GoProgram,
  cache: Cache,
  path: string,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const { name, module, flags = [], purpose, duration, spaceNeeded } = program;
  const go = findOnPath('go');
  if (go === undefined)
    throw new ClusterError(`${purpose} ${name}, which is built with Go (https://go.dev/dl): install it.`);
  requireCache(cache);
  requireSpace(`to build ${name}`, [{ directory: cache.root, gigabytes: spaceNeeded }]);
  progress(`Building ${name} (once, about ${duration} on two cores)`);
  const started = performance.now();
  // It appears under its name only when complete; the next build reuses the leftovers of a killed one.
  const unfinished = join(cache.root, `.building-${name}`);
  const stop = showElapsed(progress, (elapsed) => `${name} … ${elapsed}`);
  const arguments_ = ['build', ...commonFlags, ...flags, '-o', unfinished, program.package];
  const env = { ...process.env, CGO_ENABLED: '0' };
  const result = await runCommand(go, arguments_, { cwd: module, env, signal }).finally(stop);
  if (result.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new ClusterError(explainGoFailure(name, result.stderr, module));
  }
  mkdirSync(join(path, '..'), { recursive: true });
  renameSync(unfinished, path);
  progress(`Built ${name} in ${elapsedSince(started)}`);
}
