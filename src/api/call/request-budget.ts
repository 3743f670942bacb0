import { Injectable } from '@nestjs/common';
import { anonymousBudget, requestBudget } from '../../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';

/** Limits of a {@link RequestBudget}, in bytes. */
export interface RequestBudgetLimits {
  readonly total: number;
  /** Per caller or address. */
  readonly perOwner: number;
}

/** A request that takes memory, until it is disposed of. */
export interface AdmittedRequest extends Disposable {
  /** Counts what it takes by now, if that is more than before. */
  growTo(bytes: number): void;
  /** It has arrived and takes so many bytes until its call ends. It gives way to no other from now on. */
  complete(bytes: number): void;
}

interface Request {
  readonly owner: Owner;
  readonly giveWay: (reason: ApiError) => void;
  bytes: number;
}

/** The requests of a caller or an address. */
interface Owner {
  readonly name: string;
  used: number;
  /** The oldest first. */
  readonly incomplete: Set<Request>;
  incompleteBytes: number;
}

/** Retry time in milliseconds of requests that gave way. */
const retryAfterMs = 1_000;

/**
 * Bounds the memory of requests, in total and per owner, without making any of them wait: a request counts with what has
 * arrived. At a limit, the oldest request that is not complete gives way: of the same owner at the limit of the owner, of the
 * owner with the most such memory at the total limit. The requests of others are complete within moments, so those who
 * announce requests and do not send them displace only each other.
 */
export class RequestBudget {
  private readonly owners = new Map<string, Owner>();
  private used = 0;

  constructor(private readonly limits: RequestBudgetLimits) {}

  /**
   * Admits a request that may grow.
   *
   * @param giveWay ends the request; called at most once, also before this function returns
   */
  admit(name: string, bytes: number, giveWay: (reason: ApiError) => void): AdmittedRequest {
    const owner = this.owners.get(name) ?? { name, used: 0, incomplete: new Set(), incompleteBytes: 0 };
    this.owners.set(name, owner);
    const request: Request = { owner, giveWay, bytes: 0 };
    owner.incomplete.add(request);
    this.resize(request, bytes);
    this.makeRoom(request);
    return {
      growTo: (needed) => {
        if (needed <= request.bytes || !owner.incomplete.has(request)) return;
        this.resize(request, needed);
        this.makeRoom(request);
      },
      complete: (needed) => {
        if (!owner.incomplete.has(request)) return;
        this.resize(request, 0);
        owner.incomplete.delete(request);
        this.resize(request, needed);
      },
      [Symbol.dispose]: () => this.release(request),
    };
  }

  private makeRoom(request: Request): void {
    const { owner } = request;
    while (owner.used > this.limits.perOwner && request.bytes > 0) this.refuse(oldestOf(owner) ?? request);
    while (this.used > this.limits.total && request.bytes > 0) this.refuse(oldestOf(this.largest()) ?? request);
  }

  private refuse(request: Request): void {
    this.release(request);
    const message = 'the memory for requests is used up, and this one was not complete; try again';
    request.giveWay(new ApiError('ResourceExhausted', message, { retryAfterMs }));
  }

  private release(request: Request): void {
    const { owner } = request;
    this.resize(request, 0);
    owner.incomplete.delete(request);
    const isIdle = owner.used === 0 && owner.incomplete.size === 0;
    if (isIdle && this.owners.get(owner.name) === owner) this.owners.delete(owner.name);
  }

  private resize(request: Request, bytes: number): void {
    const { owner } = request;
    const more = bytes - request.bytes;
    request.bytes = bytes;
    owner.used += more;
    this.used += more;
    if (owner.incomplete.has(request)) owner.incompleteBytes += more;
  }

  /** The owner with the most memory of incomplete requests. */
  private largest(): Owner | undefined {
    let largest: Owner | undefined;
    for (const owner of this.owners.values()) {
      if (owner.incompleteBytes > (largest?.incompleteBytes ?? 0)) largest = owner;
    }
    return largest;
  }
}

function oldestOf(owner: Owner | undefined): Request | undefined {
  return owner?.incomplete.values().next().value;
}

/** The memory for requests. Calls before authentication have their own, so they cannot displace those of callers. */
@Injectable()
export class RequestBudgets {
  /** By user name. */
  readonly authenticated = new RequestBudget(requestBudget);
  /** For calls to health and reflection, and others until they are authenticated, by address. */
  readonly anonymous = new RequestBudget(anonymousBudget);
}
