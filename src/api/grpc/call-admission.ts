import { Inject, Injectable } from '@nestjs/common';
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import type { Caller } from '../../auth/caller.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { maxRequestBytes, anonymousCallBytes } from '../../config/limits.ts';
import { httpLimits } from '../../connections/http-limits.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { AccessLog } from '../call/access-log.ts';
import { Authentication } from '../call/authentication.ts';
import { RequestBudgets, type ByteBudget, type Reservation } from '../call/byte-budget.ts';
import { failCall } from '../call/failed-call.ts';
import { RateLimits } from '../call/rate-limits.ts';
import { remoteOfCall } from '../call/remote.ts';
import { ApiError } from '../errors/api-error.ts';
import { DecodedRequest, isOwnMethod, serviceName } from './service-definition.ts';
import { toGrpcStatus } from './status-details.ts';

type Call = Parameters<ServerInterceptor>[1];

/** Mutating methods, with their verbs for the access log. */
const mutating: Readonly<Record<string, 'create' | 'patch' | 'delete'>> = {
  [`/${serviceName}/CreateWorkflowExecution`]: 'create',
  [`/${serviceName}/CancelWorkflowExecution`]: 'patch',
  [`/${serviceName}/DeleteWorkflowExecution`]: 'delete',
};

/**
 * Admits gRPC calls before their message is read: authenticates the caller (not for health and reflection), applies the
 * rate limit and reserves memory. Refuses malformed messages and requests that are not complete in time.
 */
@Injectable()
export class CallAdmission {
  constructor(
    private readonly authentication: Authentication,
    private readonly limits: RateLimits,
    private readonly budgets: RequestBudgets,
    private readonly accessLog: AccessLog,
    @Inject(CONFIG) private readonly config: Pick<Config, 'auth'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** grpc-js reads nothing of a call until the metadata is passed on. */
  readonly interceptor: ServerInterceptor = ({ path }, call) => {
    let reservation: Reservation | undefined;
    const ended = new AbortController();
    let size = isOwnMethod(path) ? 0 : anonymousCallBytes;
    const refuse = (thrown: unknown) => call.sendStatus(toGrpcStatus(failCall(thrown, { method: path })));
    const stopTimer = this.clock.setTimer(httpLimits.requestTimeoutMs, () => refuse(tooSlow()));
    const admit = async (metadata: Metadata, next: (metadata: Metadata) => void): Promise<void> => {
      try {
        reservation = await this.reserve(path, call, metadata, ended.signal);
        next(metadata);
      } catch (error) {
        refuse(error);
      }
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => void admit(metadata, next))
      .withOnReceiveMessage((request: unknown, next) => {
        if (!(request instanceof DecodedRequest)) return next(request);
        if (request.message instanceof ApiError) return refuse(request.message);
        size = Math.max(size, request.bytes);
        next(request.message);
      })
      .withOnReceiveHalfClose((next) => {
        stopTimer();
        reservation?.shrinkTo(size);
        next();
      })
      // At the end of every call.
      .withOnCancel(() => {
        stopTimer();
        ended.abort();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };

  private async reserve(path: string, call: Call, metadata: Metadata, signal: AbortSignal): Promise<Reservation> {
    const remote = remoteOfCall(call, metadata);
    const reserve = (budget: ByteBudget, owner: string) => budget.reserve(owner, maxRequestBytes, signal);
    if (!isOwnMethod(path)) return reserve(this.budgets.anonymous, remote.address);
    if (this.config.auth === 'none') return reserve(this.budgets.authenticated, remote.address);
    let caller: Caller | undefined;
    try {
      ({ caller } = await this.authentication.authenticate(remote));
      this.limits.countCall(caller.username);
      return await reserve(this.budgets.authenticated, caller.username);
    } catch (error) {
      const verb = mutating[path];
      if (verb !== undefined) this.accessLog.refusedUnread(verb, remote, caller, error);
      throw error;
    }
  }
}

function tooSlow(): ApiError {
  return new ApiError('RequestTimeout', `a request must be complete within ${httpLimits.requestTimeoutMs / 1_000} s`);
}
