import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { Response } from 'express';
import type { Caller } from '../../auth/caller.ts';
import { ApiError } from '../errors/api-error.ts';

/** One API call as services see it, on either transport. */
export interface Call {
  /** Absent if callers are not authenticated (WFE_AUTH=none). */
  readonly caller?: Caller;
  /** Milliseconds until a stream must end because its connection does; absent for never. */
  readonly endsInMs?: number;
  /** Aborts when the call ends: the client disconnected, its deadline passed, or the response is sent. */
  readonly signal: AbortSignal;
  /** Ends the call without the rest of its response. */
  abort(): void;
  /**
   * Authenticates and authorizes the caller again, for long-lived calls.
   *
   * @throws ApiError Unauthenticated, PermissionDenied or Unavailable
   */
  recheck(): Promise<void>;
}

/** Why a call ended, if the service ended it; else Cancelled. */
export function whyEnded({ reason }: AbortSignal): ApiError {
  return reason instanceof ApiError ? reason : new ApiError('Cancelled', 'the call ended while it waited');
}

/** What the access guard knows about a call that it admitted. */
export type CallContext = Omit<Call, 'signal' | 'abort'>;

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
export const IncomingCall = createParamDecorator((_: unknown, context: ExecutionContext): Call => callOf(context));

/** The call of a handler that an access guard has admitted. */
export function callOf(context: ExecutionContext): Call {
  const known = callContextOf(context);
  if (context.getType() === 'http') {
    const response = context.switchToHttp().getResponse<Response>();
    return { ...known, signal: signalOf(response, 'close'), abort: () => response.destroy() };
  }
  const call = context.getArgByIndex<EndingCall & { readonly metadata: object }>(2);
  return { ...known, signal: signalOf(call, 'cancelled'), abort: () => aborts.get(call.metadata)?.() };
}

/** How to end gRPC calls, by metadata. */
const aborts = new WeakMap<object, () => void>();

/** Stores how to end a gRPC call. */
export function setAbort(metadata: object, abort: () => void): void {
  aborts.set(metadata, abort);
}

/** An HTTP response or gRPC call. */
interface EndingCall {
  readonly cancelled?: boolean;
  /** Of an HTTP response: the client may be gone before the caller is authenticated. */
  readonly closed?: boolean;
  once(event: string, listener: () => void): unknown;
}

/** Shared by all calls, because grpc-js cancels every call at its end and an error with a stack is expensive. */
const ended = new DOMException('The call has ended', 'AbortError');

/** A signal that aborts with the event that ends a call: the response is sent, the client disconnects, the deadline passes. */
export function signalOf(call: EndingCall, event: 'close' | 'cancelled'): AbortSignal {
  if (call.cancelled === true || call.closed === true) return AbortSignal.abort(ended);
  const controller = new AbortController();
  call.once(event, () => controller.abort(ended));
  return controller.signal;
}
