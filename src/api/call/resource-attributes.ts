import type { ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { ResourceAttributes } from '../../auth/authorizer.ts';
import { isName } from '../../kubernetes/dns-names.ts';
import { stringOf } from '../../kubernetes/json.ts';
import { workflowExecutionResource } from '../../workflow-execution/resource.ts';
import { invalidField } from '../errors/api-error.ts';
import { allNamespaces, dnsLabel, dnsSubdomain, parseName, parseParent } from '../resource/names.ts';

/** The permission that a handler requires, in the terms of RBAC. */
export interface RequiredAccess {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';
  readonly subresource?: 'log';
  /** Whether the handler itself checks the permission, for the namespace of each execution. */
  readonly isPerExecution?: boolean;
}

/** Metadata key of a handler's {@link RequiredAccess}. */
export const accessKey = 'workflow-execution:access';

/** The fields of request messages that identify the resource; each message has some of them. */
interface AddressedMessage {
  readonly parent?: string;
  readonly name?: string;
  readonly workflowExecutionId?: string;
}

type Scope = Pick<ResourceAttributes, 'namespace' | 'name'>;

/**
 * What a call wants to access, in the terms of RBAC.
 *
 * @throws ApiError InvalidArgument if the URL or the message names no namespace, or an invalid name
 */
export function resourceAttributesOf(context: ExecutionContext, required: RequiredAccess): ResourceAttributes {
  const { group, plural: resource } = workflowExecutionResource;
  const scope = context.getType() === 'http' ? scopeOfRequest(context, required) : scopeOfMessage(context, required);
  const { verb, subresource } = required;
  return { group, resource, verb, subresource, ...scope };
}

function scopeOfRequest(context: ExecutionContext, { verb }: RequiredAccess): Scope {
  const { params, query } = context.switchToHttp().getRequest<Request<Record<string, string>>>();
  const { namespace = '', name = verb === 'watch' ? stringOf(query['name']) || undefined : undefined } = params;
  if (name !== undefined && !isName(name, dnsSubdomain)) throw invalidField(['name'], dnsSubdomain.message);
  const allowsAll = verb === 'list' || verb === 'watch';
  if (allowsAll && namespace === allNamespaces) return {};
  if (isName(namespace, dnsLabel)) return { namespace, name };
  throw invalidField(['namespace'], allowsAll ? `${dnsLabel.message}, or '-' for all namespaces` : dnsLabel.message);
}

function scopeOfMessage(context: ExecutionContext, { verb }: RequiredAccess): Scope {
  const { parent, name = '', workflowExecutionId } = context.switchToRpc().getData<AddressedMessage>();
  if (parent === undefined) return parseName(name);
  // RBAC cannot restrict create by resource name.
  const one = verb === 'create' || workflowExecutionId === '' ? undefined : workflowExecutionId;
  const scope = { ...parseParent(parent), name: one };
  if (one === undefined || isName(one, dnsSubdomain)) return scope;
  throw invalidField(['metadata', 'name'], dnsSubdomain.message);
}
