import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import { Authenticator } from '../../auth/authenticator.ts';
import type { Caller } from '../../auth/caller.ts';
import type { ResourceAccess } from '../../auth/resource-access.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { nameCall } from '../call/call-span.ts';
import { ApiError } from '../errors/api-error.ts';
import { accessKey } from './access.decorator.ts';
import type { DeclaredAccess } from './access.decorator.ts';
import { AttemptLog } from './attempt-log.ts';
import { bearerToken } from './bearer-token.ts';
import { keepGrant } from './grant.ts';
import { RateLimits } from './rate-limits.ts';
import { remoteOf } from './remote.ts';
import { requestedAccess } from './requested-access.ts';
import { answered, Rights } from './rights.ts';

/**
 * Lets a call through when its caller is known to the cluster, has not called too often, and may do what the handler's
 * {@link Access} says in the namespace that the call is for. All of this comes before anything is looked at.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly metadata: Metadata,
    private readonly authenticator: Authenticator,
    private readonly rights: Rights,
    private readonly limits: RateLimits,
    private readonly attempts: AttemptLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auth'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    nameCall(context.getHandler());
    if (this.config.auth === 'none') {
      keepGrant(context, { recheck: () => Promise.resolve() });
      return true;
    }
    const declared = this.metadata.get<DeclaredAccess | undefined>(accessKey, context.getHandler());
    if (declared === undefined) throw new Error(`${context.getHandler().name} does not say what right it needs`);
    let caller: Caller | undefined;
    try {
      const token = bearerToken(remoteOf(context).authorization);
      caller = await this.callerOf(token, remoteOf(context).address);
      this.limits.countCall(caller.username);
      const access = requestedAccess(context, declared);
      await this.rights.assertAllowed(caller, access);
      keepGrant(context, { caller, recheck: () => this.recheck(token, access) });
      return true;
    } catch (error) {
      this.attempts.refused(context, declared, caller, error);
      throw error;
    }
  }

  private async recheck(token: string, access: ResourceAccess): Promise<void> {
    await this.rights.assertAllowed(known(await answered(this.authenticator.authenticate(token))), access);
  }

  private async callerOf(token: string, address: string): Promise<Caller> {
    if (!this.authenticator.remembers(token)) this.limits.assertMayAsk(address);
    const caller = await answered(this.authenticator.authenticate(token));
    if (caller === undefined) this.limits.countStranger(address);
    return known(caller);
  }
}

function known(caller: Caller | undefined): Caller {
  if (caller !== undefined) return caller;
  throw new ApiError(
    'Unauthenticated',
    'the token is not one that the cluster knows and that is made for this service',
  );
}
