import { copyFileSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { binary, buildComponents, ensureBuilt, makeBuild, teeProgress, markUsed, type Build } from './build.ts';
import type { Cache } from './cache.ts';
import { runCommand } from './command.ts';
import { buildFlags, builtComponents, type BuiltComponent } from './components.ts';
import { ClusterError } from './errors.ts';
import { withLock } from './lock.ts';
import { elapsedSince, showWaiting, type Progress } from './progress.ts';
import { writeTektonManifests } from './tekton-manifests.ts';
import { explainGoFailure, findGo, moduleSource, type GoToolchain } from './toolchain.ts';
import { pinnedVersions } from './versions.ts';

/** Versions that replace those that go.mod pins, such as `v1.9.0`. */
export interface OtherVersions {
  readonly kubernetes?: string;
  readonly tekton?: string;
}

/** Products with their own versions, and their Go modules. */
const products = { kubernetes: 'k8s.io/kubernetes', tekton: 'github.com/tektoncd/pipeline' } as const;

interface OtherVersion {
  readonly product: keyof typeof products;
  readonly version: string;
}

/**
 * Finds or makes the build with versions other than those that go.mod pins; all other components are taken from this
 * checkout's build. Each version is built from a Go module that requires nothing else, so that it gets the dependencies it was
 * released with.
 *
 * @throws ClusterError if a version is malformed, cannot be downloaded or does not compile
 */
export async function ensureVersions(
  cache: Cache,
  versions: OtherVersions,
  progress: Progress,
  signal?: AbortSignal,
): Promise<Build> {
  const others = othersOf(versions);
  const base = await ensureBuilt(cache, progress, signal);
  if (others.length === 0) return base;
  const label = others.map(({ product, version }) => `${product}-${version}`).join('-');
  const directory = join(cache.root, `${label}-of-${basename(base.directory)}`);
  if (existsSync(directory)) return markUsed({ directory });
  const go = await findGo(signal);
  const onWait = showWaiting(progress, 'another build of the same components');
  return withLock(cache, 'build', { signal, onWait }, async (held) => {
    // The previous lock holder may have built it.
    if (existsSync(directory)) return markUsed({ directory });
    const started = performance.now();
    const both = teeProgress(progress, held);
    both(`Building ${label} (once, some minutes on two cores)`);
    const build = await makeBuild(cache, directory, (made) => fill(made, base, others, { go, progress: both, signal }));
    both(`Built ${label} in ${elapsedSince(started)}`);
    return build;
  });
}

function othersOf(versions: OtherVersions): readonly OtherVersion[] {
  const pinned = pinnedVersions();
  return (['kubernetes', 'tekton'] as const).flatMap((product) => {
    const version = versions[product];
    if (version === undefined || version === pinned[product]) return [];
    if (/^v\d+\.\d+\.\d+$/.test(version)) return [{ product, version }];
    throw new ClusterError(`"${version}" is not a version of ${product}: write it as ${pinned[product]}.`);
  });
}

interface FillOptions {
  readonly go: GoToolchain;
  readonly progress: Progress;
  readonly signal: AbortSignal | undefined;
}

async function fill(
  directory: string,
  base: Build,
  others: readonly OtherVersion[],
  { go, progress, signal }: FillOptions,
): Promise<void> {
  const isOther = ({ package: name }: BuiltComponent) =>
    others.some(({ product }) => name.startsWith(`${products[product]}/`));
  const kept = builtComponents().filter((component) => !isOther(component));
  for (const { name } of kept) linkSync(binary(base, name), binary({ directory }, name));
  copyFileSync(join(base.directory, 'tekton.yaml'), join(directory, 'tekton.yaml'));
  for (const other of others) {
    const components = builtComponents().filter(({ package: name }) => name.startsWith(`${products[other.product]}/`));
    const module = join(directory, 'tmp', other.product);
    await writeModule(module, other, components, { go, progress, signal });
    const flags = buildFlags(other.product === 'kubernetes' ? other.version : undefined);
    await buildComponents(components, { directory, module, flags, go, progress, signal });
    if (other.product === 'tekton') {
      await writeTektonManifests(go, join(directory, 'tekton.yaml'), { directory: module, signal });
    }
  }
}

/** Writes a Go module that requires one version of a product with its dependencies. */
async function writeModule(
  directory: string,
  { product, version }: OtherVersion,
  components: readonly BuiltComponent[],
  { go, signal }: FillOptions,
): Promise<void> {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'go.mod'), `module workflow-execution/${product}\n\ngo ${pinnedVersions().go}\n`);
  if (product === 'kubernetes') await pinStaging(directory, version, go, signal);
  const tools = components.map((component) => `${component.package}@${version}`);
  const result = await runCommand(go.command, ['get', '-tool', ...tools], { cwd: directory, signal });
  if (result.code !== 0) throw new ClusterError(explainGoFailure(`${product} ${version}`, result.stderr, directory));
}

/**
 * Kubernetes replaces its staging modules by local directories; they are published as v0 with the same minor and patch.
 */
async function pinStaging(directory: string, version: string, go: GoToolchain, signal?: AbortSignal): Promise<void> {
  const source = await moduleSource(go, `${products.kubernetes}@${version}`, { directory, signal });
  const goMod = readFileSync(join(source, 'go.mod'), 'utf8');
  const staging = [...goMod.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map(([, module = '']) => module);
  const replacements = staging.map((module) => `replace ${module} => ${module} ${version.replace(/^v1/, 'v0')}\n`);
  writeFileSync(join(directory, 'go.mod'), replacements.join(''), { flag: 'a' });
}
