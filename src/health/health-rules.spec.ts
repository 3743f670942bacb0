import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { secondsText } from '../config/limits.ts';
import {
  apiServerHealth,
  cacheHealth,
  combine,
  isHealthy,
  maxReconcileMs,
  maxSilenceMs,
  maxStaleMs,
  workLoopHealth,
} from './health-rules.ts';

const name = 'pipelineruns';

describe('a cache', () => {
  it.each([
    ['is up once it has synced', { hasSynced: true }, 'up'],
    ['is down before', { hasSynced: false }, 'down'],
    ['stays up for a while after its watch has failed', { failure: 'reset', failingForMs: maxStaleMs - 1 }, 'up'],
    ['is down if the failure lasts', { failure: 'reset', failingForMs: maxStaleMs }, 'down'],
  ])('%s', (_, state, status) => {
    expect(cacheHealth({ name, hasSynced: true, ...state })).toMatchObject({ [name]: { status } });
  });

  it('reports how far its first list is', () => {
    expect(cacheHealth({ name, hasSynced: false, objectsRead: 12_300 })).toEqual({
      [name]: { status: 'down', message: '12300 objects read, more to come' },
    });
  });

  it('reports its failure, and until it has synced how far its list is', () => {
    expect(cacheHealth({ name, hasSynced: false, objectsRead: 12_300, failure: 'connection reset' })).toEqual({
      [name]: { status: 'down', message: '12300 objects read, more to come; last failure: connection reset' },
    });
    expect(cacheHealth({ name, hasSynced: true, failure: 'reset', failingForMs: 31_400 })).toEqual({
      [name]: { status: 'down', message: 'not up to date for 31 s: reset' },
    });
  });
});

describe('the API server', () => {
  it.each([
    ['is up when it has responded', 0, undefined, 'up'],
    ['stays up for a while without a response', maxSilenceMs - 1, 'reset', 'up'],
    ['is down after that', maxSilenceMs, 'reset', 'down'],
    ['is down before its first response', undefined, undefined, 'down'],
  ])('%s', (_, silentForMs, failure, status) => {
    expect(apiServerHealth(silentForMs, failure)).toMatchObject({ apiServer: { status } });
  });
});

describe('the work loop', () => {
  it.each([
    ['is up when it is idle', [], 'up'],
    ['is up while every reconciliation may be waiting for the API server', [1, maxReconcileMs - 1], 'up'],
    ['is down if a reconciliation is stuck', [1, maxReconcileMs], 'down'],
  ])('%s', (_, inWorkForMs, status) => {
    expect(workLoopHealth(inWorkForMs)).toMatchObject({ workLoop: { status } });
  });
});

it('a result is healthy if every check is up', () => {
  const [up, down] = [apiServerHealth(0, undefined), workLoopHealth([maxReconcileMs])];
  expect([isHealthy({}), isHealthy(up), isHealthy(combine([up, down]))]).toEqual([true, true, false]);
});

it.each([
  `(${secondsText(maxStaleMs)} grace)`,
  `the API server responded within ${secondsText(maxSilenceMs)}`,
  `no reconciliation has taken ${maxReconcileMs / 60_000} minutes`,
])('docs/operations.md says: %s', (text) => {
  expect(readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')).toContain(text);
});
