import { describe, expect, it } from '@jest/globals';
import {
  apiServerFinding,
  eventLoopFinding,
  longestBeatMs,
  longestPassMs,
  longestSilenceMs,
  longestStaleMs,
  storeFinding,
  workLoopFinding,
} from './decide.ts';

const resource = 'pipelineruns';

describe('a store is well', () => {
  it.each([
    ['when it has been read', { hasSynced: true }, true],
    ['not before that', { hasSynced: false }, false],
    ['for a while when its watch has broken off', { failure: 'reset', failingForMs: longestStaleMs - 1 }, true],
    ['not when it stays so', { failure: 'reset', failingForMs: longestStaleMs }, false],
  ])('%s', (_, state, isWell) => {
    expect(storeFinding({ resource, hasSynced: true, ...state })).toMatchObject({ name: resource, isWell });
  });

  it('and says what is in its way', () => {
    const refused = storeFinding({ resource, hasSynced: false, failure: 'it may not be listed' });
    expect(refused.message).toBe('not read yet: it may not be listed');
    const broken = storeFinding({ resource, hasSynced: true, failure: 'reset', failingForMs: 31_400 });
    expect(broken.message).toBe('not up to date for 31 s: reset');
  });
});

describe('the API server is well', () => {
  it.each([
    ['when it has answered', 0, undefined, true],
    ['while it has not been silent for long', longestSilenceMs - 1, 'reset', true],
    ['not after that', longestSilenceMs, 'reset', false],
    ['not before it has answered for the first time', undefined, undefined, false],
  ])('%s', (_, silentForMs, failure, isWell) => {
    expect(apiServerFinding(silentForMs, failure)).toMatchObject({ name: 'apiServer', isWell });
  });
});

describe('the work loop is well', () => {
  it.each([
    ['when there is nothing to do', [], true],
    ['while every pass may still wait for the API server', [1, longestPassMs - 1], true],
    ['not when one pass is stuck', [1, longestPassMs], false],
  ])('%s', (_, inWorkForMs, isWell) => {
    expect(workLoopFinding(inWorkForMs)).toMatchObject({ name: 'workLoop', isWell });
  });
});

describe('the event loop is well', () => {
  it.each([
    ['while timers fire', 1_000, true],
    ['not when they do not', longestBeatMs, false],
  ])('%s', (_, beatMsAgo, isWell) => {
    expect(eventLoopFinding(beatMsAgo)).toMatchObject({ name: 'eventLoop', isWell });
  });
});
