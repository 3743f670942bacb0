import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCache } from '../../../test/cluster/cache.ts';
import { requireProgram } from '../../../test/cluster/packages.ts';
import { silent, type Progress } from '../../../test/cluster/progress.ts';
import { ReleaseError } from '../release-error.ts';
import { layOutBases, lockedNode } from './base-files.ts';
import { Buildah } from './buildah.ts';
import { npmAccess, type NpmAccess } from './npm-access.ts';
import { ownPlatform, type Platform } from './platform.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** A base image in a registry. */
export interface BaseImage {
  /** Without tag and digest. */
  readonly name: string;
  /** `sha256:…`, of an index if there are several platforms. */
  readonly digest: string;
}

/** The bases of the Dockerfile. */
export interface BaseImages {
  readonly build: BaseImage;
  readonly runtime: BaseImage;
}

/** What is built. */
export interface ImageRequest {
  readonly platforms: readonly Platform[];
  /** Default: images made of npm and Debian packages; see {@link layOutBases}. */
  readonly bases?: BaseImages;
  readonly version: string;
  /** The commit. */
  readonly revision: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** Directory of the OCI layout, which is created. */
  readonly layout: string;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Builds the service's image from the Dockerfile into an OCI layout, for several platforms.
 *
 * @throws ReleaseError with the output of the build; ClusterError if buildah cannot be installed; ClusterAborted
 */
export async function buildImage(request: ImageRequest): Promise<void> {
  const { platforms, timestamp, layout, version, progress = silent, signal } = request;
  const own = ownPlatform();
  if (own === undefined) throw new ReleaseError('Images are built on Linux, on amd64 or arm64.');
  const program = await requireProgram(findCache(), { program: 'buildah', debianPackage: 'buildah' }, progress, signal);
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-image-'));
  try {
    const buildah = new Buildah(program, directory, timestamp, signal);
    if (request.bases === undefined) progress('Making base images of npm and Debian packages');
    const basesFor = await (request.bases
      ? given(request.bases)
      : ownBases(buildah, join(directory, 'bases'), own, request));
    const access = await npmAccess(directory);
    const tags: string[] = [];
    for (const platform of platforms) {
      progress(`Building the image for ${platform.name}`);
      const tag = `localhost/workflow-execution:${platform.architecture}`;
      const bases = await basesFor(platform);
      await buildah.build({ ...productBuild(request, bases, access), platform, tag });
      tags.push(tag);
    }
    await buildah.writeLayout(tags, layout, version);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

type BasesFor = (platform: Platform) => Promise<BaseImages>;

function given(bases: BaseImages): Promise<BasesFor> {
  return Promise.resolve(() => Promise.resolve(bases));
}

/** Builds the bases, and returns those of a platform. The build runs on this machine's platform whatever it builds for. */
async function ownBases(
  buildah: Buildah,
  context: string,
  own: Platform,
  { platforms, signal }: ImageRequest,
): Promise<BasesFor> {
  await layOutBases(context, [...new Set([...platforms, own])], signal);
  const dockerfile = join(import.meta.dirname, 'bases.Dockerfile');
  const base = async (target: 'build' | 'runtime', platform: Platform): Promise<BaseImage> => {
    const name = `localhost/${target}-base-${platform.architecture}`;
    const arguments_ = { NODE_VERSION: lockedNode(platform.node).version };
    await buildah.build({ dockerfile, context, target, platform, tag: name, arguments: arguments_ });
    return { name, digest: await buildah.digestOf(name) };
  };
  const build = await base('build', own);
  return async (platform) => ({ build, runtime: await base('runtime', platform) });
}

function productBuild({ version, revision }: ImageRequest, { build, runtime }: BaseImages, access: NpmAccess) {
  return {
    dockerfile: join(root, 'Dockerfile'),
    context: root,
    arguments: {
      BUILD_BASE: build.name,
      BUILD_DIGEST: build.digest,
      RUNTIME_BASE: runtime.name,
      RUNTIME_DIGEST: runtime.digest,
      VERSION: version,
      REVISION: revision,
    },
    secrets: access.secrets,
    volumes: { '/root/.npm': access.cache },
  };
}
