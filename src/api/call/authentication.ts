import { Inject, Injectable } from '@nestjs/common';
import { Authenticator } from '../../auth/authenticator.ts';
import type { Caller } from '../../auth/caller.ts';
import { isSignedJwt } from '../../auth/jwt.ts';
import { addressGroup } from '../../connections/address-group.ts';
import { ConnectionLimits } from '../../connections/connection-limits.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { ApiError } from '../errors/api-error.ts';
import { bearerToken } from './bearer-token.ts';
import { RateLimits } from './rate-limits.ts';
import type { Remote } from './remote.ts';
import { answered } from './rights.ts';

/** A caller that the cluster knows, and the token that says so. */
export interface Authenticated {
  readonly caller: Caller;
  readonly token: string;
}

/**
 * Says who makes a call, before anything of its body is read. Calls that are refused count by address. A call with a token
 * that was good before is never refused because of others behind the same address.
 */
@Injectable()
export class Authentication {
  /** The connections of each transport: those with an authenticated call are kept. */
  readonly connections: Readonly<Record<Remote['transport'], ConnectionLimits>>;
  /** gRPC calls that have been authenticated before their message was read, by their metadata. */
  private readonly calls = new WeakMap<object, Authenticated>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    @Inject(CONFIG)
    {
      maxConnections: total,
      maxConnectionsPerAddress: perAddress,
    }: Pick<Config, 'maxConnections' | 'maxConnectionsPerAddress'>,
  ) {
    const caps = { total, perAddress };
    this.connections = { REST: new ConnectionLimits(caps), gRPC: new ConnectionLimits(caps) };
  }

  /**
   * Who makes a call; once for each gRPC call.
   *
   * @throws ApiError Unauthenticated; ResourceExhausted when too many calls from its address were refused; Unavailable when
   *   the cluster cannot say now
   */
  async authenticate(remote: Remote): Promise<Authenticated> {
    const earlier = remote.metadata && this.calls.get(remote.metadata);
    if (earlier !== undefined) return earlier;
    const address = addressGroup(remote.address);
    const token = this.wellFormedToken(remote, address);
    const caller = this.authenticator.knows(token)
      ? await this.cachedCaller(token, address)
      : await this.reviewedCaller(token, address);
    if (remote.peer !== undefined) this.connections[remote.transport].authenticated(remote.peer);
    const authenticated = { caller, token };
    if (remote.metadata !== undefined) this.calls.set(remote.metadata, authenticated);
    return authenticated;
  }

  /**
   * Who the token of an authenticated call belongs to by now.
   *
   * @throws ApiError Unauthenticated; Unavailable
   */
  async recheck(token: string): Promise<Caller> {
    return known(await answered(this.authenticator.authenticate(token)));
  }

  private wellFormedToken({ authorization }: Remote, address: string): string {
    try {
      const token = bearerToken(authorization);
      if (isSignedJwt(token)) return token;
      throw new ApiError('Unauthenticated', 'the token is not a signed JSON Web Token, as those of the cluster are');
    } catch (error) {
      this.limits.countRefusal(address);
      throw error;
    }
  }

  private async cachedCaller(token: string, address: string): Promise<Caller> {
    const caller = await answered(this.authenticator.authenticate(token));
    if (caller === undefined) this.limits.countRefusal(address);
    return known(caller);
  }

  private async reviewedCaller(token: string, address: string): Promise<Caller> {
    const giveBack = this.limits.reserveReview(address);
    let isBad = false;
    try {
      const caller = await answered(this.authenticator.authenticate(token));
      isBad = caller === undefined;
      return known(caller);
    } finally {
      // A cluster that does not answer says nothing against the token.
      if (!isBad) giveBack();
    }
  }
}

function known(caller: Caller | undefined): Caller {
  if (caller !== undefined) return caller;
  throw new ApiError(
    'Unauthenticated',
    'the token is not one that the cluster knows and that is made for this service',
  );
}
