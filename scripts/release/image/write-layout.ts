import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf, type Layer } from '../../../test/cluster/oci.ts';

const types = {
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
} as const;

/**
 * Writes an image of data, which no container runs, as an OCI layout.
 *
 * @returns the digest of its manifest
 */
export function writeLayout(directory: string, layers: readonly Layer[]): string {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const store = (blob: Buffer, mediaType: string) => {
    const digest = digestOf(blob);
    writeFileSync(join(blobs, digest.replace('sha256:', '')), blob);
    return { mediaType, size: blob.length, digest };
  };
  const storeJson = (mediaType: string, content: object) => store(Buffer.from(JSON.stringify(content)), mediaType);
  const diffIds = layers.map(({ diffId }) => diffId);
  const config = storeJson(types.config, {
    // Data is the same on all platforms; the specification wants one.
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
  });
  const manifest = storeJson(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers: layers.map(({ blob, mediaType, annotations }) => ({ ...store(blob, mediaType), annotations })),
  });
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  return manifest.digest;
}
