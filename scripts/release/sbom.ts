import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordOf, stringOf, type JsonRecord } from '../../src/kubernetes/json.ts';
import { debianPackages, directDependencies, npmPackages, type DebianPackage, type NpmPackage } from './contents.ts';
import type { LayoutImage } from './image/layout.ts';

const repositoryRoot = join(import.meta.dirname, '..', '..');

/** What an SBOM describes. */
export interface SbomSubject {
  readonly image: LayoutImage;
  /** Directory of the unpacked image. */
  readonly root: string;
  readonly repository: string;
  readonly version: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/**
 * The software bill of materials of one platform's image: the npm packages, Node.js and the Debian packages in it
 * (CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/).
 */
export function sbomFile({ image, root, repository, version, timestamp }: SbomSubject): string {
  const npm = npmPackages(root);
  const node = image.environment['NODE_VERSION'];
  const lock = lockedPackages();
  const subject = imageComponent(image, repository, version);
  const platform = [...(node === undefined ? [] : [nodeComponent(node)]), ...debianPackages(root).map(debianComponent)];
  const refs = new Map(npm.map((one) => [one.path, refOf(one)]));
  const refsOf = (paths: readonly string[]) => paths.flatMap((path) => refs.get(path) ?? []);
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(image.digest)}`,
    version: 1,
    metadata: { timestamp: new Date(timestamp * 1000).toISOString(), component: subject },
    components: [...platform, ...npm.map((one) => npmComponent(one, lock))],
    dependencies: [
      {
        ref: subject['bom-ref'],
        dependsOn: [...platform.map((one) => one['bom-ref']), ...refsOf(directDependencies(root))],
      },
      ...npm.map((one) => ({ ref: refOf(one), dependsOn: refsOf(one.dependencies) })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

function imageComponent({ digest, architecture }: LayoutImage, repository: string, version: string) {
  const name = repository.split('/').at(-1) ?? '';
  const query = new URLSearchParams({ arch: architecture, repository_url: repository });
  const purl = `pkg:oci/${name}@${encodeURIComponent(digest)}?${query.toString()}`;
  return { type: 'container', 'bom-ref': purl, name, version, purl };
}

function nodeComponent(version: string) {
  const purl = `pkg:generic/node@${version}`;
  const cpe = `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`;
  return { type: 'platform', 'bom-ref': purl, name: 'node', version, licenses: [{ expression: 'MIT' }], cpe, purl };
}

function debianComponent({ name, version, architecture }: DebianPackage) {
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl };
}

function npmComponent(one: NpmPackage, lock: JsonRecord) {
  const { path, name, version, license } = one;
  const integrity = stringOf(recordOf(lock[path])['integrity']);
  const hashes = integrity === undefined ? undefined : [{ alg: 'SHA-512', content: hexOf(integrity) }];
  return {
    type: 'library',
    'bom-ref': refOf(one),
    name,
    version,
    hashes,
    licenses: [{ expression: license }],
    purl: purlOf(one),
  };
}

/** A package can be in several places. */
function refOf(one: NpmPackage): string {
  return `${purlOf(one)}#${one.path}`;
}

function purlOf({ name, version }: NpmPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function lockedPackages(): JsonRecord {
  const lock: unknown = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8'));
  return recordOf(recordOf(lock)['packages']);
}

/** The SHA-512 of an integrity of npm in hexadecimal digits. */
function hexOf(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
}

/** A UUID (RFC 9562, version 8) that is the same for the same image. */
function uuidOf(digest: string): string {
  const hex = createHash('sha256').update(digest).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
