import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCache } from '../cluster/cache.ts';
import { requireProgram } from '../cluster/packages.ts';
import { silent, type Progress } from '../cluster/progress.ts';
import { layOutBases } from './base-files.ts';
import { Buildah } from './buildah.ts';
import { npmAccess } from './npm-access.ts';

const root = join(import.meta.dirname, '..', '..');
const bases = { runtime: 'localhost/runtime-base', build: 'localhost/build-base' } as const;
const product = 'localhost/workflow-execution';

/**
 * Builds the service's image from the Dockerfile and pushes it to a plain-HTTP registry.
 *
 * @param reference `host:port/repository:tag`
 * @throws ClusterError with the output of the build
 */
export async function pushProductImage(
  reference: string,
  { progress = silent, signal }: { readonly progress?: Progress; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const wanted = { program: 'buildah', debianPackage: 'buildah' };
  const program = await requireProgram(findCache(), wanted, progress, signal);
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-image-'));
  try {
    const buildah = new Buildah(program, directory, signal);
    await buildBases(buildah, join(directory, 'bases'), signal);
    await buildProduct(buildah, directory);
    await buildah.push(product, reference);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function buildBases(buildah: Buildah, context: string, signal?: AbortSignal): Promise<void> {
  await layOutBases(context, signal);
  const dockerfile = join(import.meta.dirname, 'bases.Dockerfile');
  await buildah.build({ dockerfile, context, target: 'runtime', tag: bases.runtime });
  await buildah.build({ dockerfile, context, target: 'build', tag: bases.build });
}

async function buildProduct(buildah: Buildah, directory: string): Promise<void> {
  const { secrets, cache } = await npmAccess(directory);
  await buildah.build({
    dockerfile: join(root, 'Dockerfile'),
    context: root,
    tag: product,
    arguments: {
      BUILD_BASE: bases.build,
      BUILD_DIGEST: await buildah.digestOf(bases.build),
      RUNTIME_BASE: bases.runtime,
      RUNTIME_DIGEST: await buildah.digestOf(bases.runtime),
    },
    secrets,
    volumes: { '/root/.npm': cache },
  });
}
