import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../../auth/caller.ts';

/** One API call as services see it, on either transport. */
export interface Call {
  /** Absent if callers are not authenticated (WFE_AUTH=none). */
  readonly caller?: Caller;
  /** Milliseconds until a stream must end because its connection does; absent for never. */
  readonly endsInMs?: number;
  /** Aborts when the call ends: the client disconnected, its deadline passed, or the response is sent. */
  readonly signal: AbortSignal;
  /**
   * Authenticates and authorizes the caller again, for long-lived calls.
   *
   * @throws ApiError Unauthenticated, PermissionDenied or Unavailable
   */
  recheck(): Promise<void>;
}

/** What the access guard knows about a call that it admitted. */
export type CallContext = Omit<Call, 'signal'>;

/** By HTTP request or gRPC call. */
const contexts = new WeakMap<object, CallContext>();

/** Stores what the access guard knows about a call. */
export function setCallContext(context: ExecutionContext, value: CallContext): void {
  contexts.set(keyOf(context), value);
}

/** What the access guard knows about a call. Throws if the handler has no access guard. */
export function callContextOf(context: ExecutionContext): CallContext {
  const value = contexts.get(keyOf(context));
  if (value === undefined) throw new Error(`${context.getHandler().name} has no access guard`);
  return value;
}

function keyOf(context: ExecutionContext): object {
  return context.getType() === 'http' ? context.switchToHttp().getRequest<object>() : context.getArgByIndex<object>(2);
}

/** Injects the {@link Call} of a handler. */
export const IncomingCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const signal =
    context.getType() === 'http'
      ? signalOfResponse(context.switchToHttp().getResponse<Response>())
      : signalOfGrpcCall(context.getArgByIndex<CancellableCall>(2));
  return { ...callContextOf(context), signal };
});

/** The part of a gRPC call that reports its end. */
export interface CancellableCall {
  readonly cancelled: boolean;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Shared by all calls, because grpc-js cancels every call at its end and an error with a stack is expensive. */
const ended = new DOMException('The call has ended', 'AbortError');

/** A signal that aborts when a gRPC call is cancelled or exceeds its deadline. */
export function signalOfGrpcCall(call: CancellableCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort(ended);
  else call.once('cancelled', () => controller.abort(ended));
  return controller.signal;
}

/** A signal that aborts when the response is sent or its connection closes. */
export function signalOfResponse(response: Pick<Response, 'once'>): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort(ended));
  return controller.signal;
}
