import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { FinalAnswer } from './retrying-api.ts';
import { WaitController } from './wait-controller.ts';

const answer: FinalAnswer = { status: 200, body: undefined, text: '', inDoubt: false };
const patches: { path: string; ending: unknown }[] = [];
const api = {
  call: (_method: string, path: string, body?: object) => {
    const [{ status, reason }] = (body as { status: { conditions: [{ status: string; reason: string }] } }).status
      .conditions;
    patches.push({ path, ending: `${status} ${reason}` });
    return Promise.resolve(answer);
  },
};

const customRun = ({ verdict = 'True', spec = {}, uid = 'uid-1' } = {}) => ({
  kind: 'CustomRun' as const,
  key: 'team/run',
  namespace: 'team',
  name: 'run',
  revision: 1,
  object: {
    metadata: { uid, creationTimestamp: '2026-01-02T03:04:05Z' },
    spec: {
      customRef: { apiVersion: 'chaos.kubernaut.ai/v1', kind: 'Wait' },
      params: [
        { name: 'DURATION_MS', value: '500' },
        { name: 'VERDICT', value: verdict },
      ],
      ...spec,
    },
  },
});

describe('the task of the chaos run', () => {
  let controller: WaitController;

  beforeEach(() => {
    jest.useFakeTimers();
    patches.length = 0;
    controller = new WaitController(api, (error) => {
      throw error;
    });
  });

  afterEach(() => {
    controller.stop();
    jest.useRealTimers();
  });

  it.each([
    ['True', 'True Waited'],
    ['False', 'False FailedAsPlanned'],
  ])('completes after its duration as planned: %s', (verdict, ending) => {
    controller.observe(customRun({ verdict }));
    jest.advanceTimersByTime(499);
    expect(patches).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(patches).toEqual([{ path: '/apis/tekton.dev/v1beta1/namespaces/team/customruns/run/status', ending }]);
  });

  it('completes once, however often it is observed', () => {
    controller.observe(customRun());
    controller.observe(customRun());
    jest.advanceTimersByTime(1000);
    controller.observe(customRun());
    jest.advanceTimersByTime(1000);
    expect(patches).toHaveLength(1);
  });

  it('is canceled immediately when Tekton requests it', () => {
    controller.observe(customRun());
    controller.observe(customRun({ spec: { status: 'RunCancelled' } }));
    jest.advanceTimersByTime(1000);
    expect(patches.map(({ ending }) => ending)).toEqual(['False CustomRunCancelled']);
  });

  it('is dropped when it is deleted', () => {
    controller.observe(customRun());
    controller.observe({ ...customRun(), object: undefined });
    jest.advanceTimersByTime(1000);
    expect(patches).toEqual([]);
  });

  it('of another controller is ignored', () => {
    controller.observe(customRun({ spec: { customRef: { apiVersion: 'example.com/v1', kind: 'Wait' } } }));
    jest.advanceTimersByTime(1000);
    expect(patches).toEqual([]);
  });
});
