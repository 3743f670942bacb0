import { RandomIdGenerator, type IdGenerator } from '@opentelemetry/sdk-trace';
import { planned } from './planned-ids.ts';

/** Random ids, except where a span is begun within `withIds`: a tracer can not be told them in another way. */
export class PlannedIdGenerator implements IdGenerator {
  readonly #random = new RandomIdGenerator();

  generateTraceId(): string {
    return planned()?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return planned()?.spanId ?? this.#random.generateSpanId();
  }
}
