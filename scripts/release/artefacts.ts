import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { recordOf, stringOf } from '../../src/kubernetes/json.ts';
import { binary, ensureBuilt } from '../../test/cluster/build.ts';
import { findCache } from '../../test/cluster/cache.ts';
import type { Progress } from '../../test/cluster/progress.ts';
import { tar } from '../../test/cluster/tar.ts';
import { chartFiles } from './chart/chart.ts';
import { checksumsFile } from './checksums.ts';
import { licenseTexts } from './contents.ts';
import { buildImage } from './image/build-image.ts';
import { readLayout, unpack, type Layout } from './image/layout.ts';
import { platforms } from './image/platform.ts';
import { kustomize, renderings, type PinnedImage } from './kustomize.ts';
import { licensesFile } from './licenses.ts';
import type { Options } from './options.ts';
import { pushLayout } from './push.ts';
import { sbomFile } from './sbom.ts';
import { writeSmokeTest } from './smoke-test.ts';
import { readSource, type Source } from './source.ts';

const root = join(import.meta.dirname, '..', '..');

/** A release that was made. */
export interface Release {
  /** Reference of the image, pinned by digest. */
  readonly image: string;
}

/**
 * Makes all artefacts of a release in a directory, and pushes the image if asked to. The same commit yields the same bytes.
 *
 * @throws ReleaseError, ClusterError that says what is wrong; ClusterAborted
 */
export async function makeRelease(options: Options, progress: Progress, signal?: AbortSignal): Promise<Release> {
  const { out, repository, push, bases } = options;
  const { version, description } = readPackage();
  const source = await readSource();
  const kubectl = binary(await ensureBuilt(findCache(), progress, signal), 'kubectl');
  await mkdir(out, { recursive: true });
  const layoutDirectory = join(out, 'image');
  await buildImage({ platforms, bases, version, ...source, layout: layoutDirectory, progress, signal });
  const layout = readLayout(layoutDirectory);
  const image = { repository, digest: layout.digest };

  progress('Writing manifests, chart, SBOMs and licenses');
  await writeFile(join(out, 'install.yaml'), await kustomize(kubectl, { image }));
  await writeFile(
    join(out, `workflow-execution-${version}.tgz`),
    await chartArchive(kubectl, version, description, image),
  );
  const bundle = `${repository}-smoke-test`;
  await writeFile(join(out, 'smoke-test.yaml'), await writeSmokeTest(join(out, 'smoke-test'), bundle, version, image));
  await describeImages(layout, out, { repository, version, source });
  await writeFile(join(out, 'SHA256SUMS'), await checksumsFile(out));
  if (push) {
    progress(`Pushing ${repository}:${version}`);
    await pushLayout(layoutDirectory, `${repository}:${version}`, progress, signal);
    await pushLayout(join(out, 'smoke-test'), `${bundle}:${version}`, progress, signal);
  }
  return { image: `${repository}@${layout.digest}` };
}

/** The Helm chart as a package. */
async function chartArchive(
  kubectl: string,
  version: string,
  description: string,
  image: PinnedImage,
): Promise<Buffer> {
  const files = chartFiles({ version, description, image, rendering: await renderings(kubectl) });
  const entries = [...files].map(([path, content]) => ({ path: `workflow-execution/${path}`, mode: 0o644, content }));
  return gzipSync(tar(entries), { level: 9 });
}

/** Writes an SBOM for each platform, and the licenses of all. */
async function describeImages(
  layout: Layout,
  out: string,
  { repository, version, source }: { readonly repository: string; readonly version: string; readonly source: Source },
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-contents-'));
  try {
    const texts = [];
    for (const image of layout.images) {
      const unpacked = join(directory, image.architecture);
      await unpack(layout, image, unpacked);
      const sbom = sbomFile({ image, root: unpacked, repository, version, timestamp: source.timestamp });
      await writeFile(join(out, `sbom-linux-${image.architecture}.cdx.json`), sbom);
      texts.push(...licenseTexts(unpacked));
    }
    await writeFile(join(out, 'THIRD-PARTY-LICENSES.txt'), licensesFile(texts));
  } finally {
    await rm(directory, { recursive: true });
  }
}

function readPackage(): { version: string; description: string } {
  const json: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version, description } = recordOf(json);
  return { version: stringOf(version) ?? '', description: stringOf(description) ?? '' };
}
