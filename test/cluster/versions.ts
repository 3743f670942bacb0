import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shortHash } from './cache.ts';
import { ClusterError } from './errors.ts';

/** The Go module that pins every component: go.mod, go.sum, and two small programs of our own. */
export const moduleDirectory = join(import.meta.dirname, 'go');

/** What go.mod pins. */
export interface PinnedVersions {
  /** The oldest Go that it builds with, such as `1.26.4`. */
  readonly go: string;
  /** With a leading v, such as `v1.35.4`. */
  readonly kubernetes: string;
  readonly tekton: string;
  readonly etcd: string;
}

/** Reads the pinned versions from the text of a go.mod. */
export function parseVersions(goMod: string): PinnedVersions {
  const find = (pattern: RegExp): string => {
    const [, version] = pattern.exec(goMod) ?? [];
    if (!version) throw new ClusterError(`go.mod of the local cluster has no line that matches ${String(pattern)}.`);
    return version;
  };
  return {
    go: find(/^go (\S+)$/m),
    kubernetes: find(/^\s*k8s\.io\/kubernetes (\S+)/m),
    tekton: find(/^\s*github\.com\/tektoncd\/pipeline (\S+)/m),
    etcd: find(/^\s*go\.etcd\.io\/etcd\/server\/v3 (\S+)/m),
  };
}

/** The versions of this checkout. */
export function pinnedVersions(): PinnedVersions {
  return parseVersions(readFileSync(join(moduleDirectory, 'go.mod'), 'utf8'));
}

/**
 * The part of a build's key that depends on the checkout: everything under `go/`, and the build flags.
 *
 * @param flags text that changes whenever the build would differ
 */
export function sourceHash(flags: string, directory: string = moduleDirectory): string {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^go\.(mod|sum)$|\.go$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return shortHash(flags, ...files.flatMap((file) => [file.slice(directory.length), readFileSync(file)]));
}

/** Compares dotted versions such as `1.26.4` and `1.9`, with or without a leading `go` or `v`; negative if a is older. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) =>
    version
      .replace(/^(go|v)/, '')
      .split(/[.\-+]|rc|beta/)
      .map((part) => Number.parseInt(part, 10) || 0);
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
