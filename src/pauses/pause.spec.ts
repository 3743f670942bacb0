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

it('a ConfigMap pauses all namespaces by its key', () => {
  const managedFields = [writtenBy('kubectl-create', since, { 'f:data': { 'f:paused': {} } })];
  const configMap = { metadata: { ...metadata, managedFields }, data: { paused: 'incident', other: 'x' } };
  expect(pausingConfigMaps.parse(configMap).pause).toEqual({ reason: 'incident', by: 'kubectl-create', since });
  expect(pausingConfigMaps.parse({ metadata, data: { other: 'x' } }).pause).toBeUndefined();
});

it.each([
  [{ reason: 'x', by: 'kubectl-create', since }, `All namespaces are paused since ${since} by kubectl-create: x`],
  [{ namespace: 'payment', reason: '' }, 'Namespace payment is paused, without a reason'],
])('%j is described', (pause, text) => {
  expect(describePause(pause)).toBe(text);
});
