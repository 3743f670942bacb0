import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Directory of built binaries and cluster state: outside of the checkout, so that all clones share it. */
export interface Cache {
  readonly root: string;
}

/** The cache named by `WFE_CLUSTER_CACHE`, else `kubernaut-workflow-execution` in the user's cache directory. */
export function findCache(env: NodeJS.ProcessEnv = process.env): Cache {
  if (env['WFE_CLUSTER_CACHE']) return { root: resolve(env['WFE_CLUSTER_CACHE']) };
  const userCache = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return { root: resolve(userCache, 'kubernaut-workflow-execution') };
}

/** The directory that holds all clusters of this cache, one directory each. */
export function clustersDirectory(cache: Cache): string {
  return join(cache.root, 'clusters');
}

/** The state of one cluster. */
export function clusterDirectory(cache: Cache, name: string): string {
  return join(clustersDirectory(cache), name);
}

/** Names of all clusters with a directory, complete or not. */
export function clusterNames(cache: Cache): string[] {
  return subdirectories(clustersDirectory(cache));
}

/** Names of subdirectories; none if the directory does not exist. */
export function subdirectories(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** A short deterministic name of a longer text: 12 hexadecimal digits of its SHA-256. */
export function shortHash(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  // The length prefix distinguishes ("ab", "c") from ("a", "bc").
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 12);
}
