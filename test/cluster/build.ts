import { existsSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterDirectory, clusterNames, subdirectories, type Cache } from './cache.ts';
import { runCommand } from './command.ts';
import { buildFlags, builtComponents, type BuiltComponent } from './components.ts';
import { requireCache, requireSpace } from './disk.ts';
import { ClusterError } from './errors.ts';
import { withLock, type Lock } from './lock.ts';
import { knativePatch, writeKnativePatch } from './knative-patch.ts';
import { endProcess, findByEnvironment } from './process.ts';
import { elapsedSince, showElapsed, showWaiting, type Progress } from './progress.ts';
import { readRecord } from './record.ts';
import { writeTektonManifests } from './tekton-manifests.ts';
import { explainGoFailure, findGo, moduleSource, type GoToolchain } from './toolchain.ts';
import { moduleDirectory, pinnedVersions, sourceHash } from './versions.ts';

/** A finished, immutable build from which clusters are started. */
export interface Build {
  readonly directory: string;
}

/** Measured on two cores from empty caches; see README.md. */
const spaceNeeded = { binaries: 0.8, buildCache: 3.7, moduleCache: 1.3 };

/** The path of a built program. */
export function binary(build: Build, name: string): string {
  return join(build.directory, 'bin', name);
}

/**
 * Finds or makes this checkout's build: about 6 minutes on two cores, once for all checkouts with the same go.mod. Two
 * processes never build concurrently; the second waits.
 *
 * A finished build is found without Go. It appears under its name only when complete; an interrupted one continues from Go's
 * own cache.
 */
export async function ensureBuilt(cache: Cache, progress: Progress, signal?: AbortSignal): Promise<Build> {
  const found = findBuild(cache);
  if (found) return markUsed(found);
  const go = await findGo(signal);
  const onWait = showWaiting(progress, 'another build of the same components');
  return withLock(cache, 'build', { signal, onWait }, async (held) => {
    // The previous lock holder may have built it.
    const built = findBuild(cache) ?? (await build(cache, go, teeProgress(progress, held), signal));
    removeUnusedBuilds(cache);
    return markUsed(built);
  });
}

/** The finished build of this checkout, if any. */
export function findBuild(cache: Cache): Build | undefined {
  const name = subdirectories(cache.root).find((directory) => directory.startsWith(`${sourceKey()}-go`));
  return name ? { directory: join(cache.root, name) } : undefined;
}

/** Milliseconds after which an unused build is removed. Each takes 700 MB. */
const unusedLimit = 30 * 24 * 60 * 60 * 1000;

/** Records the use in the directory's modification time. */
export function markUsed(build: Build): Build {
  try {
    utimesSync(build.directory, new Date(), new Date());
  } catch {
    // Another user's build, whose owner records its own use.
  }
  return build;
}

/** Removes builds of other versions that are unused for long and that no cluster runs from. */
function removeUnusedBuilds(cache: Cache): void {
  const running = clusterNames(cache).map((name) => readRecord(clusterDirectory(cache, name))?.buildDirectory);
  const builds = subdirectories(cache.root).filter((name) => /(^|-of-)[0-9a-f]{12}-go/.test(name));
  for (const directory of builds.map((name) => join(cache.root, name))) {
    const isOld = Date.now() - statSync(directory).mtimeMs > unusedLimit;
    if (isOld && !running.includes(directory)) rmSync(directory, { recursive: true, force: true });
  }
}

/** The part of the key that does not depend on the installed Go. */
function sourceKey(): string {
  return sourceHash([process.platform, process.arch, ...buildFlags(), knativePatch].join(' '));
}

async function build(cache: Cache, go: GoToolchain, progress: Progress, signal?: AbortSignal): Promise<Build> {
  requireCache(cache);
  requireSpace('to build the local cluster', [
    { directory: cache.root, gigabytes: spaceNeeded.binaries },
    { directory: go.buildCache, gigabytes: spaceNeeded.buildCache },
    { directory: go.moduleCache, gigabytes: hasModules(go) ? 0 : spaceNeeded.moduleCache },
  ]);
  const started = performance.now();
  const finished = join(cache.root, `${sourceKey()}-${go.version}`);
  const gigabytes = spaceNeeded.binaries + spaceNeeded.buildCache + (hasModules(go) ? 0 : spaceNeeded.moduleCache);
  progress(`Building Kubernetes and Tekton with ${go.version} into ${finished}`);
  progress(`Once: about 6 minutes on two cores and ${gigabytes.toFixed(1)} GB of disk. If interrupted, it continues.`);
  const made = await makeBuild(cache, finished, async (unfinished) => {
    const components = builtComponents();
    const module = moduleDirectory;
    await buildComponents(components, { directory: unfinished, module, flags: buildFlags(), go, progress, signal });
    await writeTektonManifests(go, join(unfinished, 'tekton.yaml'), { signal });
  });
  progress(`Built everything in ${elapsedSince(started)}`);
  return made;
}

/**
 * Makes a build, which appears under its name only when complete. Called under the build lock.
 *
 * @param fill fills a directory with `bin`, and with `tmp` and `patch`, which are removed at the end
 */
export async function makeBuild(
  cache: Cache,
  finished: string,
  fill: (directory: string) => Promise<void>,
): Promise<Build> {
  await removeUnfinished(cache);
  const unfinished = join(cache.root, `${unfinishedPrefix}${process.pid}`);
  for (const name of ['bin', 'tmp', 'patch']) mkdirSync(join(unfinished, name), { recursive: true });
  try {
    await fill(unfinished);
    for (const name of ['tmp', 'patch']) rmSync(join(unfinished, name), { recursive: true });
    renameSync(unfinished, finished);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return { directory: finished };
}

/** Whether the largest module has been downloaded; the others came with it or are small. */
function hasModules(go: GoToolchain): boolean {
  return existsSync(join(go.moduleCache, 'k8s.io', `kubernetes@${pinnedVersions().kubernetes}`));
}

const unfinishedPrefix = '.building-';
/** Marks the processes of a build, so that orphans of a killed one are found and stopped. */
const markerVariable = 'WFE_CLUSTER_BUILD';

/** Removes the leftovers of a killed build. Called under the lock, so no other build can own them. */
async function removeUnfinished(cache: Cache): Promise<void> {
  await Promise.all(findByEnvironment(markerVariable, cache.root).map((left) => endProcess(left)));
  for (const name of subdirectories(cache.root).filter((directory) => directory.startsWith(unfinishedPrefix))) {
    rmSync(join(cache.root, name), { recursive: true, force: true });
  }
}

/** Options of a build of components. */
export interface ComponentsBuild {
  /** Directory of `bin`, `tmp` and `patch`. */
  readonly directory: string;
  /** Directory of the Go module that pins the versions. */
  readonly module: string;
  /** Flags of `go build`. */
  readonly flags: readonly string[];
  readonly go: GoToolchain;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

/** Builds components, one after the other. */
export async function buildComponents(components: readonly BuiltComponent[], options: ComponentsBuild): Promise<void> {
  const { directory, module, go, progress, signal } = options;
  let patch: string | undefined;
  for (const [index, component] of components.entries()) {
    const label = `[${index + 1}/${components.length}] ${component.name}`;
    // Only now, because finding the module may download it.
    if (component.knative) patch ??= await patchedModule(go, module, directory, signal);
    const started = performance.now();
    await buildOne(component, label, { ...options, goMod: component.knative && patch });
    progress(`${label} ${elapsedSince(started)}`);
  }
}

interface OneBuild extends ComponentsBuild {
  /** Another go.mod to build with. */
  readonly goMod: string | undefined;
}

async function buildOne(component: BuiltComponent, label: string, options: OneBuild): Promise<void> {
  const { directory, module, go, progress, goMod, signal } = options;
  let downloading = { what: '', since: 0 };
  // Compiling prints nothing, so a download announced long ago has finished.
  const isDownloading = () => performance.now() - downloading.since < 3000;
  const stop = showElapsed(progress, (elapsed) => `${label} … ${elapsed}${isDownloading() ? downloading.what : ''}`);
  try {
    const flags = [...options.flags, ...(goMod ? ['-modfile', goMod] : [])];
    const output = join(directory, 'bin', component.name);
    const result = await runCommand(go.command, ['build', ...flags, '-o', output, component.package], {
      cwd: module,
      env: { ...process.env, CGO_ENABLED: '0', GOTMPDIR: join(directory, 'tmp'), [markerVariable]: dirname(directory) },
      signal,
      onStderrLine: (line) => {
        const [, module] = /^go: downloading (\S+)/.exec(line) ?? [];
        if (module) downloading = { what: ` (downloading ${module})`, since: performance.now() };
      },
    });
    if (result.code !== 0) throw new ClusterError(explainGoFailure(component.name, result.stderr, directory));
  } finally {
    stop();
  }
}

async function patchedModule(
  go: GoToolchain,
  module: string,
  directory: string,
  signal?: AbortSignal,
): Promise<string> {
  const source = await moduleSource(go, 'knative.dev/pkg', { directory: module, signal });
  return writeKnativePatch(source, join(directory, 'patch'), module);
}

/** Progress that is also reported to processes that wait for the build. */
export function teeProgress(progress: Progress, held: Lock): Progress {
  const both: Progress = (line) => {
    held.report(line);
    progress(line);
  };
  if (progress.live) {
    const live = progress.live;
    both.live = (line) => {
      held.report(line);
      live(line);
    };
  }
  return both;
}
