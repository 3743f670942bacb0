import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleSource, type GoToolchain, type ModuleSearch } from './toolchain.ts';

/**
 * Files of Tekton's `config` directory that a cluster gets, in the order in which they are applied: the webhooks last,
 * because nothing answers them yet. Deployments are left out: those programs are processes here.
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

/** Collects Tekton's resources out of the Go module into one file of YAML documents. */
export async function writeTektonManifests(go: GoToolchain, file: string, search?: ModuleSearch): Promise<void> {
  const config = join(await moduleSource(go, 'github.com/tektoncd/pipeline', search), 'config');
  const names = readdirSync(config, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const texts = inOrder(names).map((name) => readFileSync(join(config, name), 'utf8'));
  writeFileSync(file, texts.join('\n---\n'));
}

/** The wanted ones of these file names, in the order in which they are applied. */
export function inOrder(names: readonly string[]): string[] {
  const rank = (name: string) => wanted.findIndex((pattern) => pattern.test(name));
  return names.filter((name) => rank(name) >= 0).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** One resource of a YAML file: its text, and where it belongs. */
export interface Manifest {
  readonly text: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * Splits Tekton's YAML into documents. It is written the same way throughout, so that a few patterns read what is
 * needed of it; the API server itself takes YAML and parses it in full.
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
 * Puts the port of the webhook process into every reference to its Service. The webhook runs outside of the cluster and
 * its Service is an ExternalName, which has no ports of its own to translate.
 */
export function withWebhookPort(text: string, port: number): string {
  return text.replace(/^( +)name: tekton-pipelines-webhook$/gm, `$&\n$1port: ${port}`);
}

/**
 * Lets Tekton's own containers into namespaces that enforce the Pod Security Standard `restricted`
 * (https://tekton.dev/docs/pipelines/additional-configs/).
 */
export function restrictedTekton(yaml: string): string {
  return yaml.replace('\n  set-security-context: "false"\n', '\n  set-security-context: "true"\n');
}
