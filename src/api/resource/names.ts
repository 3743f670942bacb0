import { randomBytes } from 'node:crypto';
import { isName, dnsLabel as label, dnsSubdomain as subdomain } from '../../kubernetes/dns-names.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { invalidField } from '../errors/api-error.ts';
import type { AffectedResource } from '../errors/api-error.ts';

/** The rule of a namespace, with the message of its violation. */
export const dnsLabel = {
  ...label,
  message: "must be a DNS label (lower case letters, digits and '-', at most 63 characters)",
} as const;

/** The rule of the name of an object, with the message of its violation. */
export const dnsSubdomain = {
  ...subdomain,
  message: "must be a DNS subdomain name (lower case letters, digits, '-' and '.', at most 253 characters)",
} as const;

/** Stands for all namespaces in lists and watches (https://google.aip.dev/159). */
export const allNamespaces = '-';

/** The namespace and name of one execution. */
export interface ExecutionKey {
  readonly namespace: string;
  readonly name: string;
}

/** The resource name of an execution: `namespaces/{namespace}/workflowExecutions/{name}` (https://google.aip.dev/122). */
export function resourceName({ namespace, name }: ExecutionKey): string {
  return `namespaces/${namespace}/workflowExecutions/${name}`;
}

/**
 * Parses the resource name of an execution.
 *
 * @throws ApiError InvalidArgument
 */
export function parseName(resource: string): ExecutionKey {
  const [, namespace = '', name = ''] = /^namespaces\/([^/]*)\/workflowExecutions\/([^/]*)$/.exec(resource) ?? [];
  if (isName(namespace, dnsLabel) && isName(name, dnsSubdomain)) return { namespace, name };
  throw invalidField(['name'], 'must be namespaces/{namespace}/workflowExecutions/{workflow_execution}');
}

/**
 * Parses a parent that is one namespace: `namespaces/{namespace}`.
 *
 * @throws ApiError InvalidArgument
 */
export function parseNamespace(parent: string): string {
  const namespace = /^namespaces\/([^/]*)$/.exec(parent)?.[1] ?? '';
  if (isName(namespace, dnsLabel)) return namespace;
  throw invalidField(['parent'], `must be namespaces/{namespace}; the namespace ${dnsLabel.message}`);
}

/**
 * Parses a parent that is one namespace or all of them; the namespace is absent for all.
 *
 * @throws ApiError InvalidArgument
 */
export function parseParent(parent: string): { readonly namespace?: string } {
  return parent === `namespaces/${allNamespaces}` ? {} : { namespace: parseNamespace(parent) };
}

/** An execution, as it appears in errors. */
export function affectedExecution(key: ExecutionKey): AffectedResource {
  return { type: `${workflowExecutionResource.group}/${workflowExecutionResource.kind}`, name: resourceName(key) };
}

/** A namespace, as it appears in errors. */
export function affectedNamespace(namespace: string): AffectedResource {
  return { type: 'Namespace', name: `namespaces/${namespace}` };
}

/** Random characters for names: five bytes as ten hexadecimal digits. */
export type NameSuffix = () => string;

/** Injection token of the {@link NameSuffix}. */
export const NAME_SUFFIX = Symbol('NameSuffix');

/** Two names with the same stem collide once in 2^40. */
export const randomSuffix: NameSuffix = () => randomBytes(5).toString('hex');

/** A name for an execution created without one: the name of its RemediationRequest, cut to fit into a DNS label, and a suffix. */
export function generateName(remediationRequest: string, suffix: string): string {
  const stem = remediationRequest.slice(0, dnsLabel.maxLength - suffix.length - 1).replace(/[-.]+$/, '');
  return `${stem.replaceAll('.', '-')}-${suffix}`;
}
