import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { ResourceAccess } from '../../auth/resource-access.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { invalidField } from '../errors/api-error.ts';
import { wellFormed } from './malformed-message.ts';
import type { MalformedMessage } from './malformed-message.ts';
import { isName } from '../../kubernetes/dns-names.ts';
import { allNamespaces, dnsLabel, parseName, parseParent } from '../resource/names.ts';
import type { DeclaredAccess } from './access.decorator.ts';

/** Where a call reaches: a namespace or all of them, and one execution or any. */
type Reach = Pick<ResourceAccess, 'namespace' | 'name'>;

/** The parts of a request message that say where it reaches; each message has some of them. */
interface ReachingMessage {
  readonly parent?: string;
  readonly name?: string;
  readonly workflowExecutionId?: string;
}

const collective: ReadonlySet<DeclaredAccess['verb']> = new Set(['list', 'watch']);

/**
 * What a call wants to do, in the words of RBAC.
 *
 * @throws ApiError InvalidArgument when the address or the message does not say where
 */
export function requestedAccess(context: ExecutionContext, declared: DeclaredAccess): ResourceAccess {
  const { group, plural: resource } = workflowExecutionResource;
  const reach = context.getType() === 'http' ? reachOfRequest(context, declared) : reachOfMessage(context, declared);
  return { group, resource, ...declared, ...reach };
}

function reachOfRequest(context: ExecutionContext, { verb }: DeclaredAccess): Reach {
  const { params } = context.switchToHttp().getRequest<Request<Record<string, string>>>();
  const { namespace = '', name } = params;
  const mayBeAll = collective.has(verb);
  if (mayBeAll && namespace === allNamespaces) return {};
  if (isName(namespace, dnsLabel)) return { namespace, name };
  throw invalidField(['namespace'], mayBeAll ? `${dnsLabel.message}, or '-' for all namespaces` : dnsLabel.message);
}

function reachOfMessage(context: ExecutionContext, { verb }: DeclaredAccess): Reach {
  const message = wellFormed(context.switchToRpc().getData<ReachingMessage | MalformedMessage>());
  const { parent, name = '', workflowExecutionId } = message;
  if (parent === undefined) return parseName(name);
  // A name that is about to be given is nothing that a right could be bound to.
  const one = verb === 'create' || workflowExecutionId === '' ? undefined : workflowExecutionId;
  return { ...parseParent(parent), name: one };
}

/** What is wanted in a sentence: `create workflowexecutions in namespace payment`. */
export function describeAccess({ verb, resource, subresource, namespace }: ResourceAccess): string {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${what} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}`;
}
