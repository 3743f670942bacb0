import { describe, expect, it, jest } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { EncodedOnce } from './encoded-once.ts';
import type { ExecutionEvent } from './watch.types.ts';

describe('an event that many are told', () => {
  const anEvent = (over: Partial<ExecutionEvent> = {}): ExecutionEvent => ({
    type: 'updated',
    object: aWorkflowExecution(),
    resourceVersion: '7',
    ...over,
  });
  const encode = jest.fn(({ type, resourceVersion }: ExecutionEvent) => Buffer.from(`${type} ${resourceVersion}`));

  it('is encoded once, and again where it is another one', () => {
    const encoded = new EncodedOnce(encode);
    const event = anEvent();
    const bytes = encoded.of(event);

    expect(encoded.of({ ...event })).toBe(bytes);
    expect(encoded.of({ ...event, type: 'deleted' }).toString()).toBe('deleted 7');
    expect(encoded.of({ ...event, resourceVersion: '8' }).toString()).toBe('updated 8');
    expect(encode).toHaveBeenCalledTimes(3);
  });

  it('is forgotten when there is too much of it', () => {
    encode.mockClear();
    const encoded = new EncodedOnce(encode, 25);
    const events = [anEvent(), anEvent(), anEvent()];
    for (const event of events) encoded.of(event);
    encoded.of(events[2]!);
    encoded.of(events[0]!);

    expect(encode).toHaveBeenCalledTimes(4);
  });
});
