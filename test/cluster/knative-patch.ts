import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ClusterError } from './errors.ts';
import { moduleDirectory } from './versions.ts';

interface Patch {
  /** Path in the module. */
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
}

const patches: readonly Patch[] = [
  // `ServeHealthProbes` listens on port 8080 of all addresses without a setting. All Tekton processes of all clusters would
  // share it, and it is popular with other services. 0 makes the kernel choose.
  {
    file: 'injection/health_check.go',
    original: 'const HealthCheckDefaultPort = 8080',
    replacement: 'const HealthCheckDefaultPort = 0',
  },
  // No leader election: there is one process of each kind. A restarted one would wait 60 s for its predecessor's lease, and
  // until then Tekton's resolvers (v1.15, which have no --disable-ha) would take and fail ResolutionRequests of other
  // resolvers.
  {
    file: 'injection/sharedmain/main.go',
    original: 'if !IsHADisabled(ctx) {',
    replacement: 'if false {',
  },
];

/** Part of a build's key. */
export const knativePatch = JSON.stringify(patches);

/**
 * Writes a go.mod (for `go build -modfile`) that replaces knative by a patched copy. Replacing single files (`-overlay`) would
 * be simpler, but Go refuses that in its module cache.
 *
 * @param knativeDirectory source of the module knative.dev/pkg
 * @param directory where the copy and the go.mod are written
 * @param module directory of the Go module to patch
 * @returns the path of the go.mod
 */
export function writeKnativePatch(
  knativeDirectory: string,
  directory: string,
  module: string = moduleDirectory,
): string {
  const copy = join(directory, 'knative');
  copyTree(knativeDirectory, copy);
  for (const patch of patches) apply(patch, copy);
  const goMod = join(directory, 'go.mod');
  const pinned = readFileSync(join(module, 'go.mod'), 'utf8');
  writeFileSync(goMod, `${pinned}\nreplace knative.dev/pkg => ${JSON.stringify(copy)}\n`);
  copyFileSync(join(module, 'go.sum'), join(directory, 'go.sum'));
  return goMod;
}

function apply({ file, original, replacement }: Patch, directory: string): void {
  const path = join(directory, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(original)) {
    throw new ClusterError(`${file} of knative.dev/pkg no longer says "${original}"; knative-patch.ts has to follow.`);
  }
  writeFileSync(path, text.replace(original, replacement));
}

/** Copies files with normal permissions; those of the module cache are read-only and could not be removed. */
function copyTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, source));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(source));
  }
}
