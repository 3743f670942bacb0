import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { ClusterError } from './errors.ts';

/** A layer of an image. */
export interface Layer {
  /** The stored bytes: a tar archive, possibly gzipped. */
  readonly blob: Buffer;
  readonly mediaType: 'application/vnd.oci.image.layer.v1.tar' | 'application/vnd.oci.image.layer.v1.tar+gzip';
  /** Digest of the blob. */
  readonly digest: string;
  /** Digest of the archive before compression. */
  readonly diffId: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Configuration of an image's containers. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  /** Numeric, because the kubelet cannot verify that a name is not root. */
  readonly User?: string;
}

/** Location of a pushed image. */
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
 * Pushes an image to a plain-HTTP registry (OCI distribution specification: blobs first, then the manifest).
 *
 * All requests share one connection. The registry closes a new connection without a request after 5 s, which hashing on a busy
 * machine can exceed; a used connection may be idle.
 * @param registry `host:port`
 * @param name `repository:tag`
 * @throws ClusterError if the registry refuses something or is unreachable
 */
export async function pushImage(
  registry: string,
  name: string,
  layers: readonly Layer[],
  config: ImageConfig = {},
): Promise<PushedImage> {
  const [repository = '', tag = 'latest'] = name.split(':');
  const base = `http://${registry}/v2/${repository}`;
  const configBlob = blobOf(types.config, imageConfig(layers, config));
  const manifest = blobOf(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(configBlob),
    layers: layers.map((layer) => ({ ...descriptor(layer), annotations: layer.annotations })),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    for (const blob of [configBlob, ...layers]) await pushBlob(agent, base, blob);
    await send(agent, 'PUT', `${base}/manifests/${tag}`, manifest.blob, types.manifest);
  } finally {
    agent.destroy();
  }
  return { ref: `${registry}/${repository}:${tag}`, digest: manifest.digest };
}

/** Content that a registry stores by digest. */
type Blob = Pick<Layer, 'blob' | 'digest'> & { readonly mediaType: string };

function blobOf(mediaType: string, content: object): Blob {
  const blob = Buffer.from(JSON.stringify(content));
  return { mediaType, blob, digest: digestOf(blob) };
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

function descriptor({ mediaType, blob, digest }: Blob) {
  return { mediaType, size: blob.length, digest };
}

async function pushBlob(agent: Agent, base: string, { blob, digest }: Blob): Promise<void> {
  const path = await send(agent, 'POST', `${base}/blobs/uploads/`);
  // The location may be relative and have a query.
  const location = new URL(path ?? '', base);
  location.searchParams.set('digest', digest);
  await send(agent, 'PUT', location.href, blob, 'application/octet-stream');
}

/** Sends a request, and returns the Location of its response. */
function send(
  agent: Agent,
  method: 'POST' | 'PUT',
  url: string,
  body: Buffer = Buffer.alloc(0),
  type?: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(new ClusterError(`${method} ${url} to the registry failed: ${cause.message}`, { cause }));
    const headers = { 'content-length': body.length, ...(type && { 'content-type': type }) };
    const outgoing = request(url, { agent, method, headers }, (response) => {
      const { statusCode = 0, headers: answered } = response;
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', fail);
      response.on('end', () => {
        if (statusCode < 300) resolve(answered.location);
        else reject(new ClusterError(`${method} ${url}: the registry answered ${statusCode} ${text}`));
      });
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}
