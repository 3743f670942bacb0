import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCache } from '../cluster/cache.ts';
import { requireLibrary } from '../cluster/packages.ts';
import { silent, type Progress } from '../cluster/progress.ts';

const dockerfile = join(import.meta.dirname, '..', '..', 'Dockerfile');

/**
 * Path of the image's allocator on this machine.
 *
 * @throws ClusterError if its Debian package cannot be installed
 */
export function allocatorLibrary(progress: Progress = silent, signal?: AbortSignal): Promise<string> {
  return requireLibrary(findCache(), { library: 'libjemalloc.so.2', debianPackage: 'libjemalloc2' }, progress, signal);
}

/** Environment variables that make a process use it; see {@link allocatorLibrary}. */
export async function allocatorOfImage(
  progress?: Progress,
  signal?: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const [, configuration] = /MALLOC_CONF=(\S+)/.exec(readFileSync(dockerfile, 'utf8')) ?? [];
  if (configuration === undefined) throw new Error('the Dockerfile does not configure an allocator');
  return { LD_PRELOAD: await allocatorLibrary(progress, signal), MALLOC_CONF: configuration };
}
