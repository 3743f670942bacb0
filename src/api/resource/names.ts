import { randomBytes } from 'node:crypto';
import { dnsLabel as label, dnsSubdomain as subdomain } from '../../kubernetes/dns-names.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import type { AffectedResource } from '../errors/api-error.ts';

/** The name of a namespace, and what to answer when it is none. */
export const dnsLabel = {
  ...label,
  message: "must be a DNS label (lower case letters, digits and '-', at most 63 characters)",
} as const;

/** The name of an object, and what to answer when it is none. */
export const dnsSubdomain = {
  ...subdomain,
  message: "must be a DNS subdomain name (lower case letters, digits, '-' and '.', at most 253 characters)",
} as const;

/** Stands for every namespace where a list is asked for (https://google.aip.dev/159). */
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

/** An execution, as errors speak of it. */
export function executionNamed(key: ExecutionKey): AffectedResource {
  return { type: `${workflowExecutionResource.group}/${workflowExecutionResource.kind}`, name: resourceName(key) };
}

/** A namespace, as errors speak of it. */
export function namespaceNamed(namespace: string): AffectedResource {
  return { type: 'Namespace', name: `namespaces/${namespace}` };
}

/** Random characters for names: five bytes as ten hexadecimal digits. */
export type NameSuffix = () => string;

/** Two names of the same beginning collide once in 2^40. */
export const randomSuffix: NameSuffix = () => randomBytes(5).toString('hex');

/**
 * A name for an execution whose creator gave none: the name of its RemediationRequest, cut so that the whole is a DNS
 * label, and a suffix.
 */
export function derivedName(remediationRequest: string, suffix: string): string {
  const stem = remediationRequest.slice(0, dnsLabel.maxLength - suffix.length - 1).replace(/[-.]+$/, '');
  return `${stem.replaceAll('.', '-')}-${suffix}`;
}
