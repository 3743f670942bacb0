import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { arrayOf, recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import { ReleaseError } from '../release-error.ts';
import { run } from '../run.ts';

/** The image of one platform in an OCI layout. */
export interface LayoutImage {
  readonly architecture: string;
  /** Digest of its manifest. */
  readonly digest: string;
  /** Compressed size in bytes. */
  readonly size: number;
  /** Digests of its layers, lowest first. */
  readonly layers: readonly string[];
  /** Environment variables of its processes. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The only image of an OCI layout, with an image for each platform. */
export interface Layout {
  readonly directory: string;
  /** Digest of the index, which pins all platforms. */
  readonly digest: string;
  readonly images: readonly LayoutImage[];
}

/**
 * Reads an OCI layout (https://github.com/opencontainers/image-spec/blob/main/image-layout.md) that holds one index.
 *
 * @throws ReleaseError if it holds something else
 */
export function readLayout(directory: string): Layout {
  const root = parsed(readFileSync(join(directory, 'index.json')));
  const [entry, ...others] = arrayOf(root['manifests']);
  const digest = digestIn(entry);
  if (others.length > 0) throw new ReleaseError(`${directory} holds more than one image`);
  const images = arrayOf(blob(directory, digest)['manifests']).map((manifest) =>
    readImage(directory, recordOf(manifest)),
  );
  return { directory, digest, images };
}

function readImage(directory: string, entry: JsonRecord): LayoutImage {
  const digest = digestIn(entry);
  const manifest = blob(directory, digest);
  const layers = arrayOf(manifest['layers']).map(recordOf);
  const { config } = blob(directory, digestIn(manifest['config']));
  const variables = arrayOf(recordOf(config)['Env']).map((variable) => /^([^=]*)=(.*)$/s.exec(String(variable)));
  return {
    architecture: stringOf(recordOf(entry['platform'])['architecture']) ?? '',
    digest,
    size: layers.reduce((sum, { size }) => sum + Number(size), 0),
    layers: layers.map(digestIn),
    environment: Object.fromEntries(variables.map((match) => [match?.[1] ?? '', match?.[2] ?? ''])),
  };
}

/** Unpacks the layers of an image, none of which deletes files of another. */
export async function unpack({ directory }: Layout, { layers }: LayoutImage, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const layer of layers) {
    await run('tar', ['--extract', '--gzip', '--file', blobPath(directory, layer), '--directory', target]);
  }
}

function blob(directory: string, digest: string): JsonRecord {
  return parsed(readFileSync(blobPath(directory, digest)));
}

function blobPath(directory: string, digest: string): string {
  return join(directory, 'blobs', ...digest.split(':'));
}

function digestIn(descriptor: unknown): string {
  const digest = stringOf(recordOf(descriptor)['digest']);
  if (digest === undefined) throw new ReleaseError('a descriptor of the OCI layout has no digest');
  return digest;
}

function parsed(content: Buffer): JsonRecord {
  const json: unknown = JSON.parse(content.toString());
  return recordOf(json);
}
