import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { shortHash, type Cache } from '../cluster/cache.ts';
import { findOnPath, runCommand } from '../cluster/command.ts';
import { requireCache, requireSpace } from '../cluster/disk.ts';
import { ClusterError } from '../cluster/errors.ts';
import { withLock } from '../cluster/lock.ts';
import { elapsedSince, ticking, waitingFor, type Progress } from '../cluster/progress.ts';
import { explainGoFailure } from '../cluster/toolchain.ts';

/** A Go module of its own: what promtool needs does not go together with what Kubernetes and Tekton need. */
const moduleDirectory = join(import.meta.dirname, 'go');

/** Without the clients of all clouds, which rules have no use for, and which would take half of the build. */
const buildFlags = ['-tags', 'remove_all_sd', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w'];

/** Gigabytes, from empty caches: the binary, and what Go keeps. */
const spaceNeeded = 2;

/**
 * The path of promtool (https://prometheus.io/docs/prometheus/latest/command-line/promtool/), built when this checkout's
 * version is not in the cache yet: about 3 minutes on two cores, once.
 *
 * @throws ClusterError when there is no Go, too little space, or it does not compile
 */
export async function ensurePromtool(cache: Cache, progress: Progress, signal?: AbortSignal): Promise<string> {
  const path = join(cache.root, `promtool-${sourceKey()}`, 'promtool');
  if (existsSync(path)) return path;
  const onWait = waitingFor(progress, 'another build of promtool');
  return withLock(cache, 'promtool', { signal, onWait }, async () => {
    // Whoever was waited for may have built it.
    if (!existsSync(path)) await build(cache, path, progress, signal);
    return path;
  });
}

function sourceKey(): string {
  const [goMod, goSum] = ['go.mod', 'go.sum'].map((name) => readFileSync(join(moduleDirectory, name)));
  return shortHash([process.platform, process.arch, ...buildFlags].join(' '), goMod ?? '', goSum ?? '');
}

async function build(cache: Cache, path: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  const go = findOnPath('go');
  if (go === undefined) {
    throw new ClusterError(
      'The alerts are tested with promtool, which is built with Go (https://go.dev/dl): install it.',
    );
  }
  requireCache(cache);
  requireSpace('to build promtool', [{ directory: cache.root, gigabytes: spaceNeeded }]);
  progress('Building promtool (once, about 3 minutes on two cores)');
  const started = performance.now();
  // Under its name only when it is whole; what a killed build has left is used up by the next one.
  const unfinished = join(cache.root, '.building-promtool');
  const stop = ticking(progress, (elapsed) => `promtool … ${elapsed}`);
  const arguments_ = ['build', ...buildFlags, '-o', unfinished, 'github.com/prometheus/prometheus/cmd/promtool'];
  const env = { ...process.env, CGO_ENABLED: '0' };
  const result = await runCommand(go, arguments_, { cwd: moduleDirectory, env, signal }).finally(stop);
  if (result.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new ClusterError(explainGoFailure('promtool', result.stderr, moduleDirectory));
  }
  mkdirSync(join(path, '..'), { recursive: true });
  renameSync(unfinished, path);
  progress(`Built promtool in ${elapsedSince(started)}`);
}
