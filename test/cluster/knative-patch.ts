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
  // `ServeHealthProbes` listens on 8080 of all addresses and takes no setting. Every Tekton process of every cluster
  // would want that port, and it is the one that people's own services listen on. 0 lets the kernel choose.
  {
    file: 'injection/health_check.go',
    original: 'const HealthCheckDefaultPort = 8080',
    replacement: 'const HealthCheckDefaultPort = 0',
  },
  // No leader election: there is one process of each kind. A restarted one would wait 60 s for the lease of its
  // predecessor, and then Tekton's resolvers (v1.15, which alone have no --disable-ha) take up every ResolutionRequest,
  // also those for another resolver, and fail them.
  {
    file: 'injection/sharedmain/main.go',
    original: 'if !IsHADisabled(ctx) {',
    replacement: 'if false {',
  },
];

/** Part of the key of a build: another patch makes another build. */
export const knativePatch = JSON.stringify(patches);

/**
 * Makes a go.mod (for `go build -modfile`) in which knative, the framework of Tekton's programs, is a patched copy.
 * Replacing single files (`-overlay`) would be simpler, but Go refuses to do that in its module cache.
 *
 * @param knativeDirectory where the module knative.dev/pkg lies
 * @param directory where the copy and the go.mod are written
 * @param module directory of the Go module whose knative is patched
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

/** Copies files with ordinary permissions; those of the module cache are read-only and could not be removed again. */
function copyTree(from: string, to: string): void {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, source));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, readFileSync(source));
  }
}
