import { describe, expect, it } from '@jest/globals';
import { describePause, pausingConfigMaps, pausingNamespaces } from './pause.ts';

const metadata = { name: 'payment', uid: 'u', resourceVersion: '7' };
const annotation = 'workflowexecution.kubernaut.ai/paused';
const since = '2026-01-02T03:04:05Z';

const namespaceWith = (reason: unknown, managedFields: unknown = undefined) =>
  pausingNamespaces.parse({ metadata: { ...metadata, annotations: { [annotation]: reason }, managedFields } }).pause;

const writtenBy = (manager: string, time: string, fields: object) => ({ manager, time, fieldsV1: fields });
const ownsAnnotation = { 'f:metadata': { 'f:annotations': { [`f:${annotation}`]: {} } } };

describe('a namespace', () => {
  it('is paused by its annotation, with the reason as its value', () => {
    expect(namespaceWith('  maintenance\n of the nodes ')).toEqual({
      ...{ namespace: 'payment', reason: 'maintenance of the nodes' },
    });
  });

  it.each([
    ['is empty', '', ''],
    ['has control characters', 'a\u0000\u001b[31mb', 'a [31mb'],
    ['is long', 'x'.repeat(10_000), `${'x'.repeat(255)}…`],
  ])('is paused by a reason that %s', (_, value, reason) => {
    expect(namespaceWith(value)?.reason).toBe(reason);
  });

  it('is not paused without the annotation', () => {
    expect(pausingNamespaces.parse({ metadata }).pause).toBeUndefined();
    expect(namespaceWith(undefined)).toBeUndefined();
  });

  it('names the last manager that wrote the annotation, and when', () => {
    const pause = namespaceWith('x', [
      writtenBy('kubectl-label', '2026-01-02T03:09:00Z', { 'f:metadata': { 'f:labels': {} } }),
      writtenBy('argocd', '2026-01-02T03:00:00Z', ownsAnnotation),
      writtenBy('kubectl-annotate', since, ownsAnnotation),
    ]);
    expect(pause).toMatchObject({ by: 'kubectl-annotate', since });
  });

  it('keeps nothing else of the namespace', () => {
    const labels = { team: 'payment' };
    expect(pausingNamespaces.parse({ metadata: { ...metadata, labels } })).toEqual({
      ...{ apiVersion: 'v1', kind: 'Namespace' },
      metadata: { ...metadata, creationTimestamp: '' },
    });
  });
});

describe('a ConfigMap', () => {
  const creationTimestamp = '2026-01-02T03:00:00Z';
  const configMapWith = (data: object | undefined, ...managedFields: object[]) =>
    pausingConfigMaps.parse({ metadata: { ...metadata, creationTimestamp, managedFields }, data }).pause;
  const keyWriter = writtenBy('kubectl-edit', since, { 'f:data': { 'f:paused': {} } });
  const creator = writtenBy('kubectl-create', creationTimestamp, { 'f:data': { 'f:other': {} } });

  it('pauses all namespaces, with the reason under its key and the writer of that key', () => {
    const data = { paused: 'incident', other: 'x' };
    expect(configMapWith(data, creator, keyWriter)).toEqual({ reason: 'incident', by: 'kubectl-edit', since });
  });

  it.each([
    ['has no data', undefined],
    ['has another key', { reason: 'incident' }],
    ['has an empty key', { paused: '' }],
  ])('pauses without a reason, since its creation, if it %s', (_, data) => {
    expect(configMapWith(data, creator)).toEqual({ reason: '', by: 'kubectl-create', since: creationTimestamp });
  });

  it('pauses since its creation by an unknown manager if none was recorded', () => {
    const later = { ...creator, manager: 'kubectl-label', time: since };
    expect(configMapWith(undefined, later)).toEqual({ reason: '', since: creationTimestamp });
  });

  it.each(['false', '0'])('pauses also with the reason %j', (reason) => {
    expect(configMapWith({ paused: reason })?.reason).toBe(reason);
  });
});

it.each([
  [{ reason: 'x', by: 'kubectl-create', since }, `All namespaces are paused since ${since} by kubectl-create: x`],
  [{ namespace: 'payment', reason: '' }, 'Namespace payment is paused, without a reason'],
])('%j is described', (pause, text) => {
  expect(describePause(pause)).toBe(text);
});
