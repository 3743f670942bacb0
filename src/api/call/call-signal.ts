import type { Response } from 'express';

/** The part of a gRPC call that tells of its end: `cancelled` is the caller gone, or its deadline over. */
export interface CancellableCall {
  readonly cancelled: boolean;
  once(event: 'cancelled', listener: () => void): unknown;
}

/**
 * Why a call's signal aborts. One for all: grpc-js tells of every call that it is cancelled, also when it has been answered, and
 * making an error with its stack each time was a twentieth of what a short call costs.
 */
const gone = new DOMException('The caller is gone, or has its answer', 'AbortError');

/** A signal that aborts when a gRPC call is cancelled or its deadline is over. */
export function signalOfCall(call: CancellableCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort(gone);
  else call.once('cancelled', () => controller.abort(gone));
  return controller.signal;
}

/** A signal that aborts when the answer is out, or the connection is gone before that. */
export function signalOfResponse(response: Pick<Response, 'once'>): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort(gone));
  return controller.signal;
}
