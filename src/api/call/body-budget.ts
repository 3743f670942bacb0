import { ApiError } from '../errors/api-error.ts';

/** How much may be held of request bodies, in bytes. */
export interface BodyBudgetSize {
  readonly total: number;
  /** Of one caller. */
  readonly perCaller: number;
}

/** Room for the body of one request. */
export interface BodyRoom {
  /** Resolves when there is room. Rejects when {@link release} is called before that. */
  readonly granted: Promise<void>;
  /** Sets how much is needed, once it is known; it was at least as much before. */
  shrinkTo(bytes: number): void;
  /** To be called when the request ends, also when there has been no room for it yet. */
  release(): void;
}

interface Request {
  readonly caller: string;
  bytes: number;
  state: 'waiting' | 'granted' | 'released';
  readonly grant: () => void;
  readonly cancel: (error: Error) => void;
}

/** The most requests that wait for room; each holds little but its headers. */
const maxWaiting = 10_000;

/**
 * Bounds the bytes of request bodies that are held over all requests. A body is not read before there is room for it: until
 * then the request waits, and the connection tells its client so. Requests of one caller do not wait for those of another.
 */
export class BodyBudget {
  private used = 0;
  private readonly usedBy = new Map<string, number>();
  private readonly waiting = new Set<Request>();

  constructor(private readonly size: BodyBudgetSize) {}

  /**
   * Asks for room.
   *
   * @param bytes at most {@link BodyBudgetSize.perCaller}
   * @throws ApiError ResourceExhausted when too many requests wait for room
   */
  reserve(caller: string, bytes: number): BodyRoom {
    const { promise: granted, resolve: grant, reject: cancel } = Promise.withResolvers<void>();
    // A call that has ended does not wait for its room any more, and an unhandled rejection would end the process.
    granted.catch(() => undefined);
    const request: Request = { caller, bytes, state: 'waiting', grant, cancel };
    if (this.fits(request)) this.admit(request);
    else if (this.waiting.size < maxWaiting) this.waiting.add(request);
    else throw new ApiError('ResourceExhausted', 'too many requests are being read', { retryAfterMs: 1_000 });
    return {
      granted,
      shrinkTo: (needed) => this.shrink(request, needed),
      release: () => this.release(request),
    };
  }

  private fits({ caller, bytes }: Request): boolean {
    const { total, perCaller } = this.size;
    return this.used + bytes <= total && (this.usedBy.get(caller) ?? 0) + bytes <= perCaller;
  }

  private admit(request: Request): void {
    this.waiting.delete(request);
    request.state = 'granted';
    this.use(request.caller, request.bytes);
    request.grant();
  }

  private shrink(request: Request, bytes: number): void {
    if (request.state !== 'granted' || bytes >= request.bytes) return;
    this.use(request.caller, bytes - request.bytes);
    request.bytes = bytes;
    this.admitWaiting();
  }

  private release(request: Request): void {
    const { state } = request;
    if (state === 'released') return;
    request.state = 'released';
    if (state === 'waiting') {
      this.waiting.delete(request);
      request.cancel(new ApiError('Cancelled', 'the caller went away before the request was read'));
      return;
    }
    this.use(request.caller, -request.bytes);
    this.admitWaiting();
  }

  private admitWaiting(): void {
    for (const request of this.waiting) if (this.fits(request)) this.admit(request);
  }

  private use(caller: string, bytes: number): void {
    this.used += bytes;
    const left = (this.usedBy.get(caller) ?? 0) + bytes;
    if (left === 0) this.usedBy.delete(caller);
    else this.usedBy.set(caller, left);
  }
}
