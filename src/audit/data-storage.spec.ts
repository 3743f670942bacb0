import { describe, expect, it } from '@jest/globals';
import { anEndedExecution, times } from './audit.builders.ts';
import { auditEvent } from './build-event.ts';
import { DataStorage } from './data-storage.ts';
import type { DataStorageResponse } from './data-storage-client.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** The data storage service behind a client with the responses of the test. */
function aDataStorage(answer: (request: Request) => DataStorageResponse) {
  const requests: Request[] = [];
  const storage = new DataStorage({
    base: 'https://data-storage:8443',
    // eslint-disable-next-line @typescript-eslint/require-await -- what it throws is a rejection
    send: async (method, path, body) => {
      requests.push({ method, path, body });
      return answer({ method, path, body });
    },
  });
  return { storage, requests };
}

const event = auditEvent(anEndedExecution(), { kind: 'accepted', time: times.created });
const failing = (error: unknown) => () => {
  throw error;
};
const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const refusedConnection = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

describe('the data storage service as event store', () => {
  it('can be queried, is named by its address, and holds what is recorded', () => {
    const { storage } = aDataStorage(() => ({ status: 500, body: '' }));
    expect(storage).toMatchObject({ name: 'https://data-storage:8443', queryable: true, recordedReason: 'Recorded' });
  });
});

describe('an event for the data storage service', () => {
  it('is one POST', async () => {
    const { storage, requests } = aDataStorage(() => ({ status: 201, body: '{"event_id":"1"}' }));
    await expect(storage.ingest(event)).resolves.toEqual({ state: 'recorded' });
    expect(requests).toEqual([{ method: 'POST', path: '/api/v1/audit/events', body: event }]);
  });

  it.each([
    ['busy', 'the connection was refused', refusedConnection, 'connect ECONNREFUSED'],
    ['unknown', 'the connection broke', reset, 'read ECONNRESET'],
    ['unknown', 'something other than an error was thrown', 'no reason', 'no reason'],
  ])('is %s when %s', async (state, _, error, detail) => {
    const { storage } = aDataStorage(failing(error));
    await expect(storage.ingest(event)).resolves.toEqual({ state, detail });
  });
});

describe('a query of the data storage service', () => {
  const row = {
    event_type: 'workflowexecution.execution.started',
    event_action: 'started',
    resource_id: 'we-pod-crash',
    namespace: 'payment',
    event_timestamp: times.started,
  };
  /** Answers with pages of this many rows, one after the other. */
  const pagesOf = (...sizes: readonly number[]) => {
    const left = [...sizes];
    return (): DataStorageResponse => {
      const data = Array.from({ length: left.shift() ?? 0 }, () => row);
      return { status: 200, body: JSON.stringify({ data }) };
    };
  };

  it('asks for the events of this service with the correlation id', async () => {
    const { storage, requests } = aDataStorage(pagesOf(0));
    await storage.query('rr/ü&x');
    expect(requests).toEqual([
      {
        method: 'GET',
        path:
          '/api/v1/audit/events?correlation_id=rr%2F%C3%BC%26x&event_category=workflowexecution' +
          '&limit=100&offset=0',
        body: undefined,
      },
    ]);
  });

  it('returns what identifies an event, and ignores other columns of a row', async () => {
    const { storage } = aDataStorage(() => ({
      status: 200,
      body: JSON.stringify({ data: [{ ...row, event_id: '1', event_data: {} }] }),
    }));
    await expect(storage.query('rr')).resolves.toEqual({ state: 'found', rows: [row] });
  });

  it.each([[{}], [{ event_type: 1, namespace: null }], [null], ['text']])(
    'reads fields that a row does not have as empty: %j',
    async (data) => {
      const { storage } = aDataStorage(() => ({ status: 200, body: JSON.stringify({ data: [data] }) }));
      const empty = { event_type: '', event_action: '', resource_id: '', namespace: '', event_timestamp: '' };
      await expect(storage.query('rr')).resolves.toEqual({ state: 'found', rows: [empty] });
    },
  );

  it.each([
    [[99], 99, [0]],
    [[100, 0], 100, [0, 100]],
    [[100, 100, 1], 201, [0, 100, 200]],
  ])('reads pages until one is not full: %j', async (sizes, count, offsets) => {
    const { storage, requests } = aDataStorage(pagesOf(...sizes));
    await expect(storage.query('rr')).resolves.toEqual({ state: 'found', rows: Array(count).fill(row) });
    expect(requests.map(({ path }) => Number(new URLSearchParams(path).get('offset')))).toEqual(offsets);
  });

  it('fails after 100 full pages', async () => {
    const { storage, requests } = aDataStorage(pagesOf(...Array<number>(101).fill(100)));
    await expect(storage.query('rr')).resolves.toEqual({
      state: 'busy',
      detail: 'a correlation id has more than 10000 events',
    });
    expect(requests).toHaveLength(100);
  });

  it.each([
    [
      { status: 200, body: 'not JSON' },
      { state: 'busy', detail: 'HTTP 200' },
    ],
    [
      { status: 200, body: '{"data":{"event_type":"x"}}' },
      { state: 'busy', detail: 'HTTP 200' },
    ],
    [
      { status: 503, body: '{"data":[]}' },
      { state: 'busy', detail: 'HTTP 503' },
    ],
    [
      { status: 403, body: '{}' },
      { state: 'refused', detail: 'HTTP 403' },
    ],
  ])('has failed when it is %j', async (answer, expected) => {
    const { storage, requests } = aDataStorage(() => answer);
    await expect(storage.query('rr')).resolves.toEqual(expected);
    expect(requests).toHaveLength(1);
  });

  it('has failed when a later page fails', async () => {
    const full = pagesOf(100);
    let page = 0;
    const { storage } = aDataStorage(() => (page++ === 0 ? full() : { status: 429, body: '', retryAfter: '2' }));
    await expect(storage.query('rr')).resolves.toEqual({ state: 'busy', detail: 'HTTP 429', retryAfterMs: 2_000 });
  });

  it.each([
    ['read ECONNRESET', reset],
    ['connect ECONNREFUSED', refusedConnection],
  ])('can be repeated when it fails: %s', async (detail, error) => {
    const { storage } = aDataStorage(failing(error));
    await expect(storage.query('rr')).resolves.toEqual({ state: 'busy', detail });
  });
});
