import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ClusterError } from './errors.ts';
import { moduleDirectory } from './versions.ts';

const original = 'const HealthCheckDefaultPort = 8080';
const replacement = 'const HealthCheckDefaultPort = 0';

/** Part of the key of a build: another patch makes another build. */
export const knativePatch = `${original} => ${replacement}`;

/**
 * Makes a go.mod (for `go build -modfile`) in which knative chooses a free port for its health probes.
 *
 * knative's `injection.ServeHealthProbes` listens on 8080 of all addresses and takes no setting. Every Tekton process
 * of every cluster would want that port, and it is the one that people's own services listen on. Go refuses to replace
 * single files of its module cache (-overlay), so the module is replaced by a copy that differs in one number.
 *
 * @param knativeDirectory where the module knative.dev/pkg lies
 * @param directory where the copy and the go.mod are written
 * @returns the path of the go.mod
 */
export function writeKnativePatch(knativeDirectory: string, directory: string): string {
  const copy = join(directory, 'knative');
  copyTree(knativeDirectory, copy);
  const file = join(copy, 'injection', 'health_check.go');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(original)) {
    throw new ClusterError(`${file} no longer says "${original}"; test/cluster/knative-patch.ts has to follow.`);
  }
  writeFileSync(file, text.replace(original, replacement));
  const goMod = join(directory, 'go.mod');
  const pinned = readFileSync(join(moduleDirectory, 'go.mod'), 'utf8');
  writeFileSync(goMod, `${pinned}\nreplace knative.dev/pkg => ${JSON.stringify(copy)}\n`);
  copyFileSync(join(moduleDirectory, 'go.sum'), join(directory, 'go.sum'));
  return goMod;
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
