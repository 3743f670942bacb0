import { Injectable } from '@nestjs/common';
import { responseBudget, requestBudget, anonymousRequestBudget } from '../../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Call } from './call.ts';

/** Limits of a {@link ByteBudget}, in bytes. */
export interface ByteBudgetLimits {
  readonly total: number;
  readonly perCaller: number;
}

/** Memory reserved for one call. */
export interface Reservation {
  /** Resolves when the memory is available. Rejects if {@link release} is called before that. */
  readonly granted: Promise<void>;
  /** Returns the rest once the size is known. */
  shrinkTo(bytes: number): void;
  /** Must be called when the call ends, whether the reservation was granted or not. */
  release(): void;
}

/** Reservations that may wait; each holds little more than the headers of its call. */
const maxWaiting = 10_000;

/** A request for memory: of its caller's share first, then of the total. */
interface Request {
  bytes: number;
  readonly semaphores: readonly Semaphore[];
  acquired: number;
  state: 'waiting' | 'granted' | 'released';
}

/** Bytes that are handed out in the order of the requests. */
class Semaphore {
  private readonly waiting = new Map<Request, () => void>();
  private used = 0;

  constructor(private readonly limit: number) {}

  get isIdle(): boolean {
    return this.used === 0 && this.waiting.size === 0;
  }

  acquire(request: Request, acquired: () => void): void {
    this.waiting.set(request, acquired);
    this.serve();
  }

  withdraw(request: Request): void {
    if (this.waiting.delete(request)) this.serve();
  }

  release(bytes: number): void {
    this.used -= bytes;
    this.serve();
  }

  private serve(): void {
    for (const [request, acquired] of this.waiting) {
      if (this.used + request.bytes > this.limit) return;
      this.waiting.delete(request);
      this.used += request.bytes;
      acquired();
    }
  }
}

/**
 * Bounds the bytes that calls hold, in total and per caller. A caller at its own limit delays no other caller.
 */
export class ByteBudget {
  private readonly total: Semaphore;
  private readonly callers = new Map<string, Semaphore>();
  private waiting = 0;

  constructor(private readonly limits: ByteBudgetLimits) {
    this.total = new Semaphore(limits.total);
  }

  /**
   * Requests memory.
   *
   * @param bytes at most {@link ByteBudgetLimits.perCaller}
   * @throws ApiError ResourceExhausted if too many reservations wait
   */
  reserve(caller: string, bytes: number): Reservation {
    const own = this.callers.get(caller) ?? new Semaphore(this.limits.perCaller);
    this.callers.set(caller, own);
    const request: Request = { bytes, semaphores: [own, this.total], acquired: 0, state: 'waiting' };
    const { promise: granted, resolve, reject } = Promise.withResolvers<void>();
    // A call may end before it awaits its reservation, and an unhandled rejection would end the process.
    granted.catch(() => undefined);
    this.waiting += 1;
    this.advance(request, resolve);
    const release = () => {
      if (this.release(request)) reject(new ApiError('Cancelled', 'the call ended while it waited for memory'));
      if (own.isIdle) this.callers.delete(caller);
    };
    if (this.waiting > maxWaiting) {
      release();
      throw new ApiError('ResourceExhausted', 'too many calls are waiting for memory', { retryAfterMs: 1_000 });
    }
    return { granted, shrinkTo: (needed) => this.shrink(request, needed), release };
  }

  private advance(request: Request, grant: () => void): void {
    const next = request.semaphores[request.acquired];
    if (next === undefined) {
      request.state = 'granted';
      this.waiting -= 1;
      return grant();
    }
    next.acquire(request, () => {
      request.acquired += 1;
      this.advance(request, grant);
    });
  }

  private shrink(request: Request, bytes: number): void {
    if (request.state !== 'granted' || bytes >= request.bytes) return;
    const rest = request.bytes - bytes;
    request.bytes = bytes;
    for (const semaphore of request.semaphores) semaphore.release(rest);
  }

  /** Returns whether the request was still waiting. */
  private release(request: Request): boolean {
    const { state, semaphores, acquired, bytes } = request;
    if (state === 'released') return false;
    request.state = 'released';
    if (state === 'waiting') this.waiting -= 1;
    semaphores[acquired]?.withdraw(request);
    for (const semaphore of semaphores.slice(0, acquired)) semaphore.release(bytes);
    return state === 'waiting';
  }
}

/** The memory for request bodies. Anonymous calls have their own, so they cannot delay callers. */
@Injectable()
export class RequestBudgets {
  /** By user name. */
  readonly authenticated = new ByteBudget(requestBudget);
  /** For health and reflection, by address. */
  readonly anonymous = new ByteBudget(anonymousRequestBudget);
}

/** The memory for responses that were made and not read yet. */
@Injectable()
export class ResponseBudget {
  private readonly budget = new ByteBudget(responseBudget);

  /**
   * Waits for the memory of a response, which is released when the call ends.
   *
   * @param bytes at most; to be shrunk to the size of the response
   * @throws ApiError Cancelled if the call ends first; ResourceExhausted if too many calls wait
   */
  async reserve({ caller, signal }: Pick<Call, 'caller' | 'signal'>, bytes: number): Promise<Reservation> {
    const reservation = this.budget.reserve(caller?.username ?? '', bytes);
    if (signal.aborted) reservation.release();
    else signal.addEventListener('abort', () => reservation.release(), { once: true });
    await reservation.granted;
    return reservation;
  }
}
