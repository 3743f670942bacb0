import { Inject, Injectable, SetMetadata } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import type { ResourceAttributes } from '../../auth/authorizer.ts';
import type { Caller } from '../../auth/caller.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { streamEndMs } from '../../connections/connection-age.ts';
import { AccessLog } from './access-log.ts';
import { Authentication } from './authentication.ts';
import { setCallContext } from './call.ts';
import { nameSpan } from './call-observer.ts';
import { Permissions } from './permissions.ts';
import { RateLimits } from './rate-limits.ts';
import { remoteOf } from './remote.ts';
import type { Remote } from './remote.ts';
import { accessKey, resourceAttributesOf } from './resource-attributes.ts';
import type { RequiredAccess } from './resource-attributes.ts';

/** Declares the permission on executions that a handler requires. */
export function Access(verb: RequiredAccess['verb'], subresource?: RequiredAccess['subresource']): MethodDecorator {
  return SetMetadata<string, RequiredAccess>(accessKey, { verb, subresource });
}

/** Declares that a handler shows the executions of the namespaces in which the caller has this permission, which it checks. */
export function AccessPerExecution(verb: RequiredAccess['verb']): MethodDecorator {
  return SetMetadata<string, RequiredAccess>(accessKey, { verb, isPerExecution: true });
}

/**
 * Authenticates the caller, applies the rate limit, and authorizes what the handler's {@link Access} declares in the
 * namespace of the call. Over REST it runs before the body is read.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly metadata: Metadata,
    private readonly authentication: Authentication,
    private readonly permissions: Permissions,
    private readonly limits: RateLimits,
    private readonly accessLog: AccessLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auth' | 'grpcMaxConnectionAgeMs'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    nameSpan(context.getHandler());
    const remote = remoteOf(context);
    const endsInMs = this.streamEndsInMs(remote);
    if (this.config.auth === 'none') {
      setCallContext(context, { endsInMs, recheck: () => Promise.resolve() });
      return true;
    }
    const required = this.metadata.get<RequiredAccess | undefined>(accessKey, context.getHandler());
    if (required === undefined) throw new Error(`${context.getHandler().name} has no @Access`);
    let caller: Caller | undefined;
    try {
      const authenticated = await this.authentication.authenticate(remote);
      const { token } = authenticated;
      caller = authenticated.caller;
      // gRPC calls are counted before their message is read.
      if (remote.transport === 'REST') this.limits.countCall(caller.username);
      const attributes = required.isPerExecution === true ? undefined : resourceAttributesOf(context, required);
      if (attributes !== undefined) await this.permissions.assertAllowed(caller, attributes);
      setCallContext(context, { caller, endsInMs, recheck: () => this.recheck(token, attributes) });
      return true;
    } catch (error) {
      this.accessLog.refused(context, required, caller, error);
      throw error;
    }
  }

  private streamEndsInMs({ transport, peer }: Remote): number | undefined {
    if (transport === 'REST' || peer === undefined) return undefined;
    const endMs = streamEndMs(this.config.grpcMaxConnectionAgeMs);
    const ageMs = this.authentication.connections.gRPC.ageMs(peer);
    return endMs === undefined || ageMs === undefined ? undefined : Math.max(0, endMs - ageMs);
  }

  private async recheck(token: string, attributes: ResourceAttributes | undefined): Promise<void> {
    const caller = await this.authentication.recheck(token);
    if (attributes !== undefined) await this.permissions.assertAllowed(caller, attributes);
  }
}
