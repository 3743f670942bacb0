import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleSource, type GoToolchain, type ModuleSearch } from './toolchain.ts';

/**
 * Files of Tekton's `config` directory in order of application: webhooks last, because nothing serves them yet. Deployments
 * are omitted: those programs run as processes.
 */
const wanted: readonly RegExp[] = [
  /^(resolvers\/)?100-namespace/,
  /^(resolvers\/)?20\d-/,
  /^300-crds\//,
  /^config-/,
  /^clusterrole-/,
  /^resolvers\/.*config/,
  /^500-webhooks/,
];

/** Collects Tekton's resources from the Go module into one file of YAML documents. */
export async function writeTektonManifests(go: GoToolchain, file: string, search?: ModuleSearch): Promise<void> {
  const config = join(await moduleSource(go, 'github.com/tektoncd/pipeline', search), 'config');
  const names = readdirSync(config, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const texts = inOrder(names).map((name) => readFileSync(join(config, name), 'utf8'));
  writeFileSync(file, texts.join('\n---\n'));
}

/** The wanted files among these names, in order of application. */
export function inOrder(names: readonly string[]): string[] {
  const rank = (name: string) => wanted.findIndex((pattern) => pattern.test(name));
  return names.filter((name) => rank(name) >= 0).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** One resource of a YAML file. */
export interface Manifest {
  readonly text: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Splits Tekton's YAML into documents. Its format is uniform enough for patterns; the API server parses the YAML in full.
 */
export function splitManifests(yaml: string): Manifest[] {
  return yaml.split(/^---$/m).flatMap((text) => {
    const apiVersion = /^apiVersion: (\S+)/m.exec(text)?.[1];
    const kind = /^kind: (\S+)/m.exec(text)?.[1];
    const metadata = /^metadata:\n((?:[ #].*\n|\n)+)/m.exec(text)?.[1] ?? '';
    const name = /^ {2}name: (\S+)/m.exec(metadata)?.[1];
    const namespace = /^ {2}namespace: (\S+)/m.exec(metadata)?.[1];
    return apiVersion && kind && name ? [{ text, apiVersion, kind, name, namespace }] : [];
  });
}

/**
 * Sets the webhook process's port in each reference to its Service. The Service is an ExternalName, which cannot map ports.
 */
export function withWebhookPort(text: string, port: number): string {
  return text.replace(/^( +)name: tekton-pipelines-webhook$/gm, `$&\n$1port: ${port}`);
}

/**
 * Makes Tekton's containers comply with the Pod Security Standard `restricted`
 * (https://tekton.dev/docs/pipelines/additional-configs/).
 */
export function restrictedTekton(yaml: string): string {
  return yaml.replace('\n  set-security-context: "false"\n', '\n  set-security-context: "true"\n');
}
