import { createHash } from 'node:crypto';
import { ClusterError } from './errors.ts';

/** A layer of an image. */
export interface Layer {
  /** The bytes that are stored: a tar archive, or a gzipped one. */
  readonly blob: Buffer;
  readonly mediaType: 'application/vnd.oci.image.layer.v1.tar' | 'application/vnd.oci.image.layer.v1.tar+gzip';
  /** Digest of the archive before compression. */
  readonly diffId: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What runs when a container of the image is started. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
}

/** Where a pushed image is. */
export interface PushedImage {
  /** `host:port/repository:tag` */
  readonly ref: string;
  /** `sha256:` and 64 hexadecimal digits */
  readonly digest: string;
}

const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

/** The digest of a blob, as the OCI image specification writes it. */
export function digestOf(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}

/**
 * Pushes an image to a registry on plain HTTP (OCI distribution specification: blobs first, then the manifest).
 *
 * @param registry `host:port`
 * @param name `repository:tag`
 * @throws ClusterError when the registry refuses something
 */
export async function pushImage(
  registry: string,
  name: string,
  layers: readonly Layer[],
  config: ImageConfig = {},
): Promise<PushedImage> {
  const [repository = '', tag = 'latest'] = name.split(':');
  const base = `http://${registry}/v2/${repository}`;
  const configBlob = Buffer.from(JSON.stringify(imageConfig(layers, config)));
  await Promise.all([configBlob, ...layers.map(({ blob }) => blob)].map((blob) => pushBlob(base, blob)));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: descriptor(types.config, configBlob),
      layers: layers.map(({ mediaType, blob, annotations }) => ({ ...descriptor(mediaType, blob), annotations })),
    }),
  );
  await send('PUT', `${base}/manifests/${tag}`, manifest, types.manifest);
  return { ref: `${registry}/${repository}:${tag}`, digest: digestOf(manifest) };
}

function imageConfig(layers: readonly Layer[], config: ImageConfig) {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return {
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  };
}

function descriptor(mediaType: string, blob: Buffer) {
  return { mediaType, size: blob.length, digest: digestOf(blob) };
}

async function pushBlob(base: string, blob: Buffer): Promise<void> {
  const upload = await send('POST', `${base}/blobs/uploads/`);
  // The location may be relative, and may have a query already.
  const location = new URL(upload.headers.get('location') ?? '', base);
  location.searchParams.set('digest', digestOf(blob));
  await send('PUT', location.href, blob, 'application/octet-stream');
}

async function send(method: string, url: string, body?: Buffer, type?: string): Promise<Response> {
  const response = await fetch(url, {
    method,
    body: body ? new Uint8Array(body) : undefined,
    headers: type ? { 'content-type': type } : undefined,
  });
  if (!response.ok)
    throw new ClusterError(`${method} ${url}: the registry answered ${response.status} ${await response.text()}`);
  return response;
}
