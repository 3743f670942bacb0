import { addAbortListener } from 'node:events';
import { Injectable } from '@nestjs/common';
import { responseBudget } from '../../config/limits.ts';
import { unlessAborted } from '../../kubernetes/async.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Call } from './call.ts';

/** Limits of a {@link ByteBudget}, in bytes. */
export interface ByteBudgetLimits {
  readonly total: number;
  readonly perCaller: number;
}

/** Memory reserved for one call, until the call ends or it is disposed of. */
export interface Reservation extends Disposable {
  /** Returns the rest once the size is known. */
  shrinkTo(bytes: number): void;
}

/** Bytes or other units that are handed out in the order of the requests. */
export class Semaphore {
  /** Requested bytes by the function that grants them. */
  private readonly waiting = new Map<() => void, number>();
  private used = 0;

  constructor(private readonly limit: number) {}

  get isIdle(): boolean {
    return this.used === 0 && this.waiting.size === 0;
  }

  /** Acquires bytes if nothing waits and enough are left. */
  tryAcquire(bytes: number): boolean {
    if (this.waiting.size > 0 || this.used + bytes > this.limit) return false;
    this.used += bytes;
    return true;
  }

  async acquire(bytes: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw ended(signal);
    if (this.tryAcquire(bytes)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.set(resolve, bytes);
    try {
      await unlessAborted(promise, signal, () => ended(signal));
    } catch (error) {
      const isWaiting = this.waiting.delete(resolve);
      this.release(isWaiting ? 0 : bytes);
      throw error;
    }
  }

  release(bytes: number): void {
    this.used -= bytes;
    this.serve();
  }

  private serve(): void {
    if (this.waiting.size === 0) return;
    for (const [grant, bytes] of this.waiting) {
      if (this.used + bytes > this.limit) return;
      this.waiting.delete(grant);
      this.used += bytes;
      grant();
    }
  }
}

/** Why a call ended, if the service ended it. */
function ended({ reason }: AbortSignal): ApiError {
  return reason instanceof ApiError ? reason : new ApiError('Cancelled', 'the call ended while it waited for memory');
}

/**
 * Bounds the bytes that calls hold, in total and per caller. A caller at its own limit delays no other caller.
 */
export class ByteBudget {
  private readonly total: Semaphore;
  private readonly callers = new Map<string, Semaphore>();

  constructor(private readonly limits: ByteBudgetLimits) {
    this.total = new Semaphore(limits.total);
  }

  /**
   * Waits for memory, which is released when the signal aborts.
   *
   * @param bytes at most {@link ByteBudgetLimits.perCaller}
   * @param signal aborts when the call ends
   * @throws ApiError if the call ends first: why the service ended it, else Cancelled
   */
  async reserve(caller: string, bytes: number, signal: AbortSignal): Promise<Reservation> {
    const own = this.semaphoreOf(caller);
    try {
      await own.acquire(bytes, signal);
      await this.total.acquire(bytes, signal).catch((error: unknown) => {
        own.release(bytes);
        throw error;
      });
    } catch (error) {
      this.forgetIfIdle(caller, own);
      throw error;
    }
    const reservation = this.reservation(caller, own, bytes);
    const listener = addAbortListener(signal, () => reservation.shrinkTo(0));
    return {
      shrinkTo: (needed) => reservation.shrinkTo(needed),
      [Symbol.dispose]: () => {
        listener[Symbol.dispose]();
        reservation[Symbol.dispose]();
      },
    };
  }

  /** Memory that is there without waiting, until it is disposed of; undefined if there is too little. */
  tryReserve(caller: string, bytes: number): Reservation | undefined {
    const own = this.semaphoreOf(caller);
    if (own.tryAcquire(bytes)) {
      if (this.total.tryAcquire(bytes)) return this.reservation(caller, own, bytes);
      own.release(bytes);
    }
    this.forgetIfIdle(caller, own);
    return undefined;
  }

  private reservation(caller: string, own: Semaphore, bytes: number): Reservation {
    let held = bytes;
    const shrinkTo = (needed: number) => {
      const rest = Math.max(0, held - needed);
      held -= rest;
      own.release(rest);
      this.total.release(rest);
      this.forgetIfIdle(caller, own);
    };
    return { shrinkTo, [Symbol.dispose]: () => shrinkTo(0) };
  }

  private semaphoreOf(caller: string): Semaphore {
    const own = this.callers.get(caller) ?? new Semaphore(this.limits.perCaller);
    this.callers.set(caller, own);
    return own;
  }

  private forgetIfIdle(caller: string, own: Semaphore): void {
    if (own.isIdle && this.callers.get(caller) === own) this.callers.delete(caller);
  }
}

/** The memory for responses and events of watches that were made and not read yet. */
@Injectable()
export class ResponseBudget {
  private readonly budget = new ByteBudget(responseBudget);

  /**
   * Waits for the memory of a response, which is released when the call ends.
   *
   * @param bytes at most; to be shrunk to the size of the response
   * @throws ApiError if the call ends first: why the service ended it, else Cancelled
   */
  reserve({ caller, signal }: Pick<Call, 'caller' | 'signal'>, bytes: number): Promise<Reservation> {
    return this.budget.reserve(caller?.username ?? '', bytes, signal);
  }

  /** As {@link reserve}, until it is disposed of; a promise only if the call has to wait. */
  reserveEvent(call: Pick<Call, 'caller' | 'signal'>, bytes: number): Reservation | Promise<Reservation> {
    return this.budget.tryReserve(call.caller?.username ?? '', bytes) ?? this.reserve(call, bytes);
  }
}
