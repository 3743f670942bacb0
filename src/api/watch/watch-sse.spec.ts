import { describe, expect, it } from '@jest/globals';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { ApiError } from '../errors/api-error.ts';
import { serverSentEvents } from './watch-sse.ts';

describe('a Server-Sent Event', () => {
  it('has its type, the resource version as its id, and its data in one line', () => {
    const object = aWorkflowExecution({ spec: { rationale: 'one\r\ntwo\nevent: x' } });

    const lines = serverSentEvents.encode({ type: 'updated', object, resourceVersion: '17' }).split(/\r\n|\r|\n/);

    expect(lines).toEqual(['event: updated', 'id: 17', expect.stringMatching(/^data: \{/), '', '']);
    expect(JSON.parse(lines[2]?.slice('data: '.length) ?? '')).toMatchObject({
      type: 'updated',
      object: { spec: { rationale: 'one\r\ntwo\nevent: x' } },
      resourceVersion: '17',
    });
  });

  it('has no object for a bookmark', () => {
    expect(serverSentEvents.encode({ type: 'bookmark', resourceVersion: '17' })).toBe(
      'event: bookmark\nid: 17\ndata: {"type":"bookmark","resourceVersion":"17"}\n\n',
    );
  });

  it('carries the problem that ends a watch, without an id', () => {
    const error = new ApiError('PositionExpired', 'too\nold');

    expect(serverSentEvents.encodeError(error, '/watch')).toMatch(/^event: error\ndata: \{.*too\\nold.*\}\n\n$/);
  });
});
