import { addAbortListener } from 'node:events';
import { Injectable } from '@nestjs/common';
import { responseBudget } from '../../config/limits.ts';
import { unlessAborted } from '../../kubernetes/async.ts';
import { whyEnded, type Call } from './call.ts';

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

interface Owner {
  readonly name: string;
  used: number;
  waiting: number;
  /** The oldest first. */
  readonly held: Set<Held>;
}

interface Held {
  readonly owner: Owner;
  readonly giveWay: () => void;
  bytes: number;
}

interface Waiter {
  readonly owner: Owner;
  readonly bytes: number;
  grant(): void;
}

/**
 * Bounds the bytes that calls hold, in total and per caller; calls wait for memory. A caller at its own limit delays no other
 * caller. At the total limit the caller with the least memory is next, and the oldest call of the one with the most gives way
 * to it: so callers that do not read their responses displace each other.
 */
export class ByteBudget {
  private readonly owners = new Map<string, Owner>();
  private readonly waiting = new Set<Waiter>();
  private used = 0;

  constructor(private readonly limits: ByteBudgetLimits) {}

  /**
   * Waits for memory, which is released when the signal aborts.
   *
   * @param bytes at most {@link ByteBudgetLimits.perCaller}
   * @param signal aborts when the call ends
   * @param giveWay ends the call, because others need its memory
   * @throws ApiError if the call ends first: why the service ended it, else Cancelled
   */
  async reserve(name: string, bytes: number, signal: AbortSignal, giveWay: () => void): Promise<Reservation> {
    if (signal.aborted) throw whyEnded(signal);
    const held = this.tryTake(name, bytes, giveWay) ?? (await this.wait(name, bytes, signal, giveWay));
    // Also while it was granted.
    if (signal.aborted) {
      this.shrink(held, 0);
      throw whyEnded(signal);
    }
    const listener = addAbortListener(signal, () => this.shrink(held, 0));
    return {
      shrinkTo: (needed) => this.shrink(held, needed),
      [Symbol.dispose]: () => {
        listener[Symbol.dispose]();
        this.shrink(held, 0);
      },
    };
  }

  /** Memory that is there without waiting, until it is disposed of; undefined if there is too little. */
  tryReserve(name: string, bytes: number, giveWay: () => void): Reservation | undefined {
    const held = this.tryTake(name, bytes, giveWay);
    if (held === undefined) return undefined;
    return { shrinkTo: (needed) => this.shrink(held, needed), [Symbol.dispose]: () => this.shrink(held, 0) };
  }

  private tryTake(name: string, bytes: number, giveWay: () => void): Held | undefined {
    const owner = this.ownerOf(name);
    if (owner.waiting === 0 && this.next() === undefined && this.fits(owner, bytes)) {
      return this.take(owner, bytes, giveWay);
    }
    this.forgetIfIdle(owner);
    return undefined;
  }

  private async wait(name: string, bytes: number, signal: AbortSignal, giveWay: () => void): Promise<Held> {
    const owner = this.ownerOf(name);
    const { promise, resolve } = Promise.withResolvers<Held>();
    const waiter: Waiter = { owner, bytes, grant: () => resolve(this.take(owner, bytes, giveWay)) };
    this.waiting.add(waiter);
    owner.waiting += 1;
    this.serve();
    try {
      return await unlessAborted(promise, signal, () => whyEnded(signal));
    } catch (error) {
      if (this.waiting.has(waiter)) this.remove(waiter);
      else void promise.then((held) => this.shrink(held, 0));
      this.forgetIfIdle(owner);
      throw error;
    }
  }

  /** Grants memory to those who wait, and takes it from others if necessary. */
  private serve(): void {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      if (!this.makeRoom(next)) return;
      this.remove(next);
      next.grant();
    }
  }

  /** The next to get memory: of those below their own limit, the one with the least; of several, the first. */
  private next(): Waiter | undefined {
    let next: Waiter | undefined;
    for (const waiter of this.waiting) {
      const { owner, bytes } = waiter;
      if (owner.used + bytes <= this.limits.perCaller && owner.used < (next?.owner.used ?? Infinity)) next = waiter;
    }
    return next;
  }

  /** Takes memory from callers who will have more than the one who waits; false if that is not enough. */
  private makeRoom({ owner, bytes }: Waiter): boolean {
    while (this.used + bytes > this.limits.total) {
      const largest = this.largest();
      const [oldest] = largest?.held ?? [];
      if (largest === undefined || oldest === undefined || largest.used <= owner.used + bytes) return false;
      this.giveBack(oldest, 0);
      oldest.giveWay();
    }
    return true;
  }

  private largest(): Owner | undefined {
    let largest: Owner | undefined;
    for (const owner of this.owners.values()) if (owner.used > (largest?.used ?? 0)) largest = owner;
    return largest;
  }

  private fits(owner: Owner, bytes: number): boolean {
    return owner.used + bytes <= this.limits.perCaller && this.used + bytes <= this.limits.total;
  }

  private take(owner: Owner, bytes: number, giveWay: () => void): Held {
    const held: Held = { owner, bytes, giveWay };
    owner.held.add(held);
    owner.used += bytes;
    this.used += bytes;
    return held;
  }

  private shrink(held: Held, bytes: number): void {
    if (bytes >= held.bytes) return;
    this.giveBack(held, bytes);
    this.serve();
  }

  /** Keeps this many bytes. */
  private giveBack(held: Held, bytes: number): void {
    const { owner } = held;
    const rest = held.bytes - bytes;
    held.bytes = bytes;
    owner.used -= rest;
    this.used -= rest;
    if (bytes === 0) owner.held.delete(held);
    this.forgetIfIdle(owner);
  }

  private remove(waiter: Waiter): void {
    if (this.waiting.delete(waiter)) waiter.owner.waiting -= 1;
  }

  private ownerOf(name: string): Owner {
    const owner = this.owners.get(name) ?? { name, used: 0, waiting: 0, held: new Set() };
    this.owners.set(name, owner);
    return owner;
  }

  private forgetIfIdle(owner: Owner): void {
    const isIdle = owner.used === 0 && owner.waiting === 0;
    if (isIdle && this.owners.get(owner.name) === owner) this.owners.delete(owner.name);
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
  reserve(call: ResponseCall, bytes: number): Promise<Reservation> {
    return this.budget.reserve(call.caller?.username ?? '', bytes, call.signal, () => call.abort());
  }

  /** As {@link reserve}, until it is disposed of; a promise only if the call has to wait. */
  reserveEvent(call: ResponseCall, bytes: number): Reservation | Promise<Reservation> {
    const immediate = this.budget.tryReserve(call.caller?.username ?? '', bytes, () => call.abort());
    return immediate ?? this.reserve(call, bytes);
  }
}

/** A call that gets a response. */
export type ResponseCall = Pick<Call, 'caller' | 'signal' | 'abort'>;
