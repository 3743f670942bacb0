import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector as Metadata } from '@nestjs/core';
import type { Caller } from '../../auth/caller.ts';
import type { ResourceAccess } from '../../auth/resource-access.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { nameCall } from './call-span.ts';
import { streamEndMs } from './connection-age.ts';
import { accessKey } from './access.decorator.ts';
import type { DeclaredAccess } from './access.decorator.ts';
import { AttemptLog } from './attempt-log.ts';
import { Authentication } from './authentication.ts';
import { keepGrant } from './grant.ts';
import { RateLimits } from './rate-limits.ts';
import { remoteOf } from './remote.ts';
import type { Remote } from './remote.ts';
import { requestedAccess } from './requested-access.ts';
import { Rights } from './rights.ts';

/**
 * Lets a call through when its caller is known to the cluster, has not called too often, and may do what the handler's
 * {@link Access} says in the namespace that the call is for. Over REST all of this comes before the body is read.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly metadata: Metadata,
    private readonly authentication: Authentication,
    private readonly rights: Rights,
    private readonly limits: RateLimits,
    private readonly attempts: AttemptLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auth' | 'grpcMaxConnectionAgeMs'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    nameCall(context.getHandler());
    const remote = remoteOf(context);
    const endsInMs = this.endOfConnectionMs(remote);
    if (this.config.auth === 'none') {
      keepGrant(context, { endsInMs, recheck: () => Promise.resolve() });
      return true;
    }
    const declared = this.metadata.get<DeclaredAccess | undefined>(accessKey, context.getHandler());
    if (declared === undefined) throw new Error(`${context.getHandler().name} does not say what right it needs`);
    let caller: Caller | undefined;
    try {
      const authenticated = await this.authentication.authenticate(remote);
      const { token } = authenticated;
      caller = authenticated.caller;
      this.limits.countCall(caller.username);
      const access = requestedAccess(context, declared);
      await this.rights.assertAllowed(caller, access);
      keepGrant(context, { caller, endsInMs, recheck: () => this.recheck(token, access) });
      return true;
    } catch (error) {
      this.attempts.refused(context, declared, caller, error);
      throw error;
    }
  }

  /** In how many milliseconds the streams of a connection have to end; undefined for never. */
  private endOfConnectionMs({ transport, peer }: Remote): number | undefined {
    if (transport === 'REST' || peer === undefined) return undefined;
    const endMs = streamEndMs(this.config.grpcMaxConnectionAgeMs);
    const ageMs = this.authentication.connections.gRPC.ageMs(peer);
    return endMs === undefined || ageMs === undefined ? undefined : Math.max(0, endMs - ageMs);
  }

  private async recheck(token: string, access: ResourceAccess): Promise<void> {
    await this.rights.assertAllowed(await this.authentication.recheck(token), access);
  }
}
