import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { recordOf, type JsonRecord } from '../../src/kubernetes/json.ts';
import { runCommand } from '../../test/cluster/command.ts';
import { components, type Component } from './chart/components.ts';
import type { Rendering } from './chart/templates.ts';
import { ReleaseError } from './release-error.ts';

const deploy = join(import.meta.dirname, '..', '..', 'deploy');

/** Name of the image in the manifests. */
export const imageName = 'quay.io/kubernaut/workflow-execution';

/** An image pinned by digest. */
export interface PinnedImage {
  readonly repository: string;
  /** `sha256:…` */
  readonly digest: string;
}

/** Options of a rendering. */
export interface Kustomization {
  /** In the order in which they apply. */
  readonly components?: readonly Component[];
  readonly image?: PinnedImage;
}

/**
 * deploy/base with components as `kubectl kustomize` renders it, as YAML.
 *
 * @throws ReleaseError with kustomize's message
 */
export async function kustomize(kubectl: string, { components = [], image }: Kustomization = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'workflow-execution-kustomization-'));
  const within = (path: string) => relative(directory, join(deploy, path));
  const images = image && [{ name: imageName, newName: image.repository, digest: image.digest }];
  const kustomization = {
    resources: [within('base')],
    components: components.map((component) => within(`components/${component}`)),
    images,
  };
  try {
    await writeFile(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { code, stdout, stderr } = await runCommand(kubectl, ['kustomize', directory]);
    if (code !== 0) throw new ReleaseError(`deploy/ cannot be rendered: ${stderr.trim()}`);
    return stdout;
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The objects of a stream of YAML documents. */
export function objectsOf(text: string): JsonRecord[] {
  return parseAllDocuments(text)
    .map((document) => recordOf(document.toJS()))
    .filter((object) => 'kind' in object);
}

/** The base, and the base with each component alone. */
export async function renderings(kubectl: string): Promise<Rendering> {
  const base = objectsOf(await kustomize(kubectl));
  const each = components.map(async (component) => {
    return [component, objectsOf(await kustomize(kubectl, { components: [component] }))] as const;
  });
  return { base, components: new Map(await Promise.all(each)) };
}
