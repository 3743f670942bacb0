import { Inject, Injectable } from '@nestjs/common';
import { ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { Metadata, ServerInterceptor } from '@grpc/grpc-js';
import type { Caller } from '../../auth/caller.ts';
import { CONFIG } from '../../config/config.ts';
import type { Config } from '../../config/config.ts';
import { callBytes, maxQueryBytes } from '../../config/limits.ts';
import { addressGroup } from '../../connections/address-group.ts';
import { httpLimits } from '../../connections/http-limits.ts';
import { CLOCK, type Clock } from '../../kubernetes/clock.ts';
import { AccessLog } from '../call/access-log.ts';
import { Authentication } from '../call/authentication.ts';
import { setAbort } from '../call/call.ts';
import { failCall } from '../call/failed-call.ts';
import { RateLimits } from '../call/rate-limits.ts';
import { remoteOfCall, type Remote } from '../call/remote.ts';
import { RequestBudgets, type AdmittedRequest, type RequestBudget } from '../call/request-budget.ts';
import { ApiError } from '../errors/api-error.ts';
import { incomingRequest, IncomingRequest } from './incoming-request.ts';
import { DecodedRequest, isOwnMethod, serviceName } from './service-definition.ts';
import { toGrpcStatus } from './status-details.ts';

const createPath = `/${serviceName}/CreateWorkflowExecution`;

/** Mutating methods, with their verbs for the access log. */
const mutating: Readonly<Record<string, 'create' | 'patch' | 'delete'>> = {
  [createPath]: 'create',
  [`/${serviceName}/CancelWorkflowExecution`]: 'patch',
  [`/${serviceName}/DeleteWorkflowExecution`]: 'delete',
};

/**
 * Admits gRPC calls before their message is read: authenticates the caller (not for health and reflection), applies the
 * rate limit and counts the memory of the request from its headers on ({@link RequestBudgets}). Refuses malformed messages
 * and requests that are not complete in time.
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
    const incoming = incomingRequest.getStore() ?? new IncomingRequest();
    let [memory, messageBytes, isOver]: [AdmittedRequest | undefined, number, boolean] = [undefined, 0, false];
    const refuse = (thrown: unknown): void => {
      if (isOver) return;
      isOver = true;
      call.sendStatus(toGrpcStatus(failCall(thrown, { method: path })));
    };
    const stopTimer = this.clock.setTimer(httpLimits.requestTimeoutMs, () => refuse(tooSlow()));
    /** Counts the request to an owner, and no longer to the one before. */
    const count = (budget: RequestBudget, owner: string, callBytes: number): void => {
      memory?.[Symbol.dispose]();
      const bytes = callBytes + incoming.metadataBytes;
      const admitted = budget.admit(owner, bytes, refuse);
      incoming.onTake((more) => admitted.growTo(bytes + more));
      memory = admitted;
    };
    const admit = async (metadata: Metadata, next: (metadata: Metadata) => void): Promise<void> => {
      try {
        const remote = remoteOfCall(call, metadata);
        const isOwn = isOwnMethod(path);
        const bytes = isOwn ? callBytes.unauthenticated : callBytes.anonymous;
        count(this.budgets.anonymous, addressGroup(remote.address), bytes);
        if (isOwn) {
          const owner = await this.ownerOf(path, remote);
          if (!isOver) count(this.budgets.authenticated, owner, callBytes.incomplete);
        }
        setAbort(metadata, incoming.abort);
        if (!isOver) next(metadata);
      } catch (error) {
        refuse(error);
      }
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => void admit(metadata, next))
      .withOnReceiveMessage((request: unknown, next) => {
        if (!(request instanceof DecodedRequest)) return next(request);
        if (request.bytes > maxQueryBytes && path !== createPath) return refuse(tooLarge());
        if (request.message instanceof ApiError) return refuse(request.message);
        messageBytes = request.bytes;
        next(request.message);
      })
      .withOnReceiveHalfClose((next) => {
        stopTimer();
        // Calls to health and reflection give way to others as long as they are open.
        if (isOwnMethod(path)) memory?.complete(incoming.metadataBytes + messageBytes);
        next();
      })
      // At the end of every call.
      .withOnCancel(() => {
        stopTimer();
        isOver = true;
        memory?.[Symbol.dispose]();
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };

  /** The caller, whose rate limit the call has passed, or the address if callers are not authenticated. */
  private async ownerOf(path: string, remote: Remote): Promise<string> {
    if (this.config.auth === 'none') return addressGroup(remote.address);
    let caller: Caller | undefined;
    try {
      ({ caller } = await this.authentication.authenticate(remote));
      this.limits.countCall(caller.username);
      return caller.username;
    } catch (error) {
      const verb = mutating[path];
      if (verb !== undefined) this.accessLog.refusedUnread(verb, remote, caller, error);
      throw error;
    }
  }
}

function tooLarge(): ApiError {
  return new ApiError('TooLarge', `a request other than a create has at most ${maxQueryBytes} bytes`);
}

function tooSlow(): ApiError {
  return new ApiError('RequestTimeout', `a request must be complete within ${httpLimits.requestTimeoutMs / 1_000} s`);
}
