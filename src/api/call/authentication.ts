import { Inject, Injectable } from '@nestjs/common';
import { Authenticator } from '../../auth/authenticator.ts';
import type { Caller } from '../../auth/caller.ts';
import { isSignedJwt } from '../../auth/jwt.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { anonymousConnections } from '../../config/limits.ts';
import { addressGroup } from '../../connections/address-group.ts';
import { ConnectionLimits } from '../../connections/connection-limits.ts';
import { ApiError } from '../errors/api-error.ts';
import { reviewed } from './permissions.ts';
import { RateLimits } from './rate-limits.ts';
import type { Remote } from './remote.ts';

/** An authenticated caller with its token. */
export interface Authenticated {
  readonly caller: Caller;
  readonly token: string;
}

/**
 * Authenticates calls before their bodies are read. Refused calls are counted by address; tokens that were valid before
 * need no reservation, so bad tokens from the same address cannot lock them out.
 */
@Injectable()
export class Authentication {
  /** The connections of each transport. */
  readonly connections: Readonly<Record<Remote['transport'], ConnectionLimits>>;
  /** gRPC calls by their metadata: they are authenticated before and after their message is read. */
  private readonly grpcCalls = new WeakMap<object, Authenticated>();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly limits: RateLimits,
    @Inject(CONFIG)
    {
      auth,
      maxConnections: total,
      maxConnectionsPerAddress: perAddress,
    }: Pick<Config, 'auth' | 'maxConnections' | 'maxConnectionsPerAddress'>,
  ) {
    const caps = { total, perAddress, anonymous: auth === 'none' ? total : anonymousConnections };
    this.connections = { REST: new ConnectionLimits(caps), gRPC: new ConnectionLimits(caps) };
  }

  /**
   * Authenticates a call, a gRPC call only once.
   *
   * @throws ApiError Unauthenticated; ResourceExhausted if too many calls from its address were refused; Unavailable if
   *   the cluster does not answer
   */
  async authenticate(remote: Remote): Promise<Authenticated> {
    const known = remote.metadata && this.grpcCalls.get(remote.metadata);
    if (known !== undefined) return known;
    const address = addressGroup(remote.address);
    const token = this.refusing(address, () => bearerToken(remote.authorization));
    const caller = this.authenticator.knows(token)
      ? await this.knownCaller(token, address)
      : await this.newCaller(token, address);
    if (remote.peer !== undefined) this.connections[remote.transport].authenticated(remote.peer);
    const authenticated = { caller, token };
    if (remote.metadata !== undefined) this.grpcCalls.set(remote.metadata, authenticated);
    return authenticated;
  }

  /**
   * Authenticates the token of an admitted call again.
   *
   * @throws ApiError Unauthenticated; Unavailable
   */
  async recheck(token: string): Promise<Caller> {
    return assertCaller(await reviewed(this.authenticator.authenticate(token)));
  }

  /** Counts what is refused without a review. */
  private refusing<T>(address: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.limits.countRefusal(address);
      throw error;
    }
  }

  private async knownCaller(token: string, address: string): Promise<Caller> {
    const caller = await reviewed(this.authenticator.authenticate(token));
    if (caller === undefined) this.limits.countRefusal(address);
    return assertCaller(caller);
  }

  private async newCaller(token: string, address: string): Promise<Caller> {
    this.refusing(address, () => assertSignedJwt(token));
    const release = this.limits.reserveReview(address);
    let isBad = false;
    try {
      const caller = await reviewed(this.authenticator.authenticate(token));
      isBad = caller === undefined;
      return assertCaller(caller);
    } finally {
      if (!isBad) release();
    }
  }
}

function assertCaller(caller: Caller | undefined): Caller {
  if (caller !== undefined) return caller;
  throw new ApiError('Unauthenticated', 'the token is invalid, or not issued for this service');
}

function assertSignedJwt(token: string): void {
  if (isSignedJwt(token)) return;
  throw new ApiError('Unauthenticated', 'the token is not a signed JSON Web Token');
}

/** Characters of the longest accepted token; those of ServiceAccounts have about 1,000. */
const maxTokenLength = 16 * 1024;

/**
 * The token of an `Authorization` header or metadata entry (RFC 6750, section 2.1).
 *
 * @throws ApiError Unauthenticated if it has none
 */
export function bearerToken(header: string | undefined): string {
  if (header === undefined || header === '') {
    throw new ApiError('Unauthenticated', 'a bearer token of the cluster is required');
  }
  const token = header.length > maxTokenLength ? undefined : /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw new ApiError('Unauthenticated', "the authorization must be 'Bearer TOKEN'");
}
