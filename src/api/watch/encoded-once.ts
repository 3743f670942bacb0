import type { ExecutionEvent } from './watch.types.ts';

/** How much is kept, in bytes: what many streams tell at about the same time. */
const defaultMaxBytes = 8 * 1024 * 1024;

/** Encodes an event once for all the streams that tell it at about the same time. */
export class EncodedOnce {
  private readonly kept = new Map<object, { readonly event: ExecutionEvent; readonly bytes: Buffer }>();
  private size = 0;

  constructor(
    private readonly encode: (event: ExecutionEvent) => Buffer,
    private readonly maxBytes = defaultMaxBytes,
  ) {}

  /** The event as bytes; they are shared and must not be changed. */
  of(event: ExecutionEvent): Buffer {
    const kept = this.kept.get(event.object);
    if (kept?.event.type === event.type && kept.event.resourceVersion === event.resourceVersion) return kept.bytes;
    const bytes = this.encode(event);
    this.forget(event.object);
    this.kept.set(event.object, { event, bytes });
    this.size += bytes.length;
    for (const object of this.kept.keys()) {
      if (this.size <= this.maxBytes) break;
      this.forget(object);
    }
    return bytes;
  }

  private forget(object: object): void {
    this.size -= this.kept.get(object)?.bytes.length ?? 0;
    this.kept.delete(object);
  }
}
