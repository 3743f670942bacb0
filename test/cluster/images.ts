import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { digestOf, pushImage, type Layer, type PushedImage } from './oci.ts';
import { tar, type TarEntry } from './tar.ts';
import { ownImages } from './tekton-services.ts';

/** Content of a bundle: one Tekton Pipeline. */
export interface BundleContent {
  readonly pipelineName: string;
  /** The Pipeline as YAML or JSON, `tekton.dev/v1`. */
  readonly yaml: string;
}

/**
 * Pushes a Tekton bundle (Tekton Bundle Contract v0.1: an image with a layer per resource, described by layer annotations) to
 * a plain-HTTP registry.
 *
 * @param registry `host:port`
 * @param name `repository:tag`
 * @throws ClusterError if the registry refuses it
 */
export async function pushBundle(registry: string, name: string, content: BundleContent): Promise<PushedImage> {
  return pushImage(registry, name, [await bundleLayer(content)]);
}

/** The layer of a resource in a bundle. */
export async function bundleLayer(content: BundleContent): Promise<Layer> {
  const archive = tar([{ path: content.pipelineName, mode: 0o600, content: content.yaml }]);
  const blob = await promisify(gzip)(archive);
  return {
    blob,
    digest: digestOf(blob),
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    diffId: digestOf(archive),
    annotations: {
      'dev.tekton.image.apiVersion': 'v1',
      'dev.tekton.image.kind': 'pipeline',
      'dev.tekton.image.name': content.pipelineName,
    },
  };
}

/** As in Tekton's own images; PipelineRuns refuse images that run as root (WFE_POD_SECURITY). */
const nonRoot = '65532';

/** Pushes the images of Tekton's pods: the step image `busybox:1`, pause and entrypoint. */
export async function pushOwnImages(registry: string, binDirectory: string, busyboxFile: string): Promise<void> {
  const busybox = plainLayer(await busyboxEntries(busyboxFile));
  const entrypoint = plainLayer([
    { path: 'ko-app/', mode: 0o755 },
    { path: 'ko-app/entrypoint', mode: 0o755, content: await readFile(join(binDirectory, 'tekton-entrypoint')) },
  ]);
  await Promise.all([
    pushImage(registry, ownImages.busybox, [busybox], { Cmd: ['/bin/sh'], Env: ['PATH=/bin'], User: nonRoot }),
    pushImage(registry, ownImages.pause, [busybox], { Entrypoint: ['/bin/sleep', 'infinity'] }),
    pushImage(registry, ownImages.entrypoint, [entrypoint], { Entrypoint: ['/ko-app/entrypoint'], User: nonRoot }),
  ]);
}

/**
 * Pushes an image with a shell and kubectl, for workflows that change the cluster.
 *
 * @returns its reference
 */
export async function pushKubectlImage(registry: string, files: { kubectl: string; busybox: string }): Promise<string> {
  const kubectl = { path: 'bin/kubectl', mode: 0o755, content: await readFile(files.kubectl) };
  const layer = plainLayer([...(await busyboxEntries(files.busybox)), kubectl]);
  const { ref } = await pushImage(registry, 'kubectl:1', [layer], {
    Cmd: ['/bin/sh'],
    Env: ['PATH=/bin'],
    User: nonRoot,
  });
  return ref;
}

/** Uncompressed: it stays on this machine, and compressing 46 MB would be the slowest step. */
function plainLayer(entries: readonly TarEntry[]): Layer {
  const blob = tar(entries);
  const digest = digestOf(blob);
  return { blob, mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, diffId: digest };
}

async function busyboxEntries(file: string): Promise<TarEntry[]> {
  const { stdout } = await promisify(execFile)(file, ['--list']);
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  return [
    { path: 'bin/', mode: 0o755 },
    { path: 'tmp/', mode: 0o1777 },
    { path: 'bin/busybox', mode: 0o755, content: await readFile(file) },
    ...applets.map((name) => ({ path: `bin/${name}`, mode: 0o777, link: 'busybox' })),
  ];
}
