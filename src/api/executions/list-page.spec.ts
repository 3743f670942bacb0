import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import type { ExecutionPage, ListCommand } from './commands.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { ListWorkflowExecutionsResponse } from '../generated/kubernaut/workflowexecution/v1/workflow_execution.ts';
import { toMessage } from '../resource/to-message.ts';
import { toListJson, toListResponse } from './list-responses.ts';
import { cachedExecution, executionOf, resourceJson } from './cached-execution.ts';
import { noFilter } from './list-filter.ts';
import { pageSizes } from '../../config/limits.ts';
import { PageBuilder } from './list-page.ts';

/** A page of all executions, unless a filter is given. */
function pageOf(executions: readonly WorkflowExecution[], command: Partial<ListCommand>) {
  const builder = new PageBuilder({ pageSize: 0, filter: noFilter, ...command }, targetsOf());
  for (const execution of executions) builder.add(cachedExecution(execution));
  const page = builder.build();
  return { ...page, items: page.items.map(executionOf) };
}

function messagesOf(page: ExecutionPage<WorkflowExecution>): ListWorkflowExecutionsResponse {
  return toListResponse({ ...page, items: page.items.map(toMessage) });
}

/** An execution created in this second of a minute. */
function created(second: number, name: string, namespace = 'payment'): WorkflowExecution {
  const creationTimestamp = `2026-01-02T03:04:${String(second).padStart(2, '0')}Z`;
  return aWorkflowExecution({ metadata: { name, namespace, uid: `uid-${namespace}-${name}`, creationTimestamp } });
}

function names(executions: readonly WorkflowExecution[]): string[] {
  return executions.map(({ metadata }) => metadata.name);
}

describe('a list of executions', () => {
  it('is sorted by creation, newest first, then by name', () => {
    const page = pageOf([created(1, 'b'), created(2, 'z'), created(1, 'a')], { pageSize: 10 });

    expect(names(page.items)).toEqual(['z', 'a', 'b']);
    expect(page).toMatchObject({ total: 3, remaining: 0 });
    expect(page.nextPageToken).toBeUndefined();
  });

  it('has the executions of one namespace', () => {
    const page = pageOf([created(1, 'a'), created(2, 'b', 'billing')], { namespace: 'billing', pageSize: 10 });

    expect(names(page.items)).toEqual(['b']);
    expect(page.total).toBe(1);
  });

  it.each([
    ['the default', 0, pageSizes.default],
    ['the requested', 3, 3],
    ['the maximum', 5_000, pageSizes.max],
  ])('has pages of %s size', (_, pageSize, expected) => {
    const executions = Array.from({ length: 600 }, (_unused, index) => created(index % 60, `we-${index}`));
    const page = pageOf(executions, { pageSize });

    expect(page.items).toHaveLength(expected);
    expect(page.remaining).toBe(600 - expected);
  });

  it('has pages within the default limits of clients', () => {
    // Twice as long in JSON as over gRPC, and both are more than gRPC clients take by default (4 MiB).
    const rationale = '"'.repeat(16 * 1024);
    const annotations = { note: 'ä'.repeat(128 * 1024) };
    const bulky = (second: number) => {
      const execution = created(second, `we-${second}`);
      return { ...execution, metadata: { ...execution.metadata, annotations }, spec: { ...execution.spec, rationale } };
    };
    const all = Array.from({ length: 20 }, (_, second) => bulky(second));

    const first = pageOf(all, {});
    const second = pageOf(all, { pageSize: 500, pageToken: first.nextPageToken });

    for (const page of [first, second]) {
      const json = toListJson({ ...page, items: page.items.map((one) => resourceJson(cachedExecution(one))) });
      expect(json.length).toBeLessThan(2 * 1024 * 1024);
      const message = ListWorkflowExecutionsResponse.encode(messagesOf(page)).finish();
      expect(message.length).toBeLessThan(2 * 1024 * 1024);
      expect(message.length).toBeGreaterThan(1024 * 1024);
    }
    expect(names([...first.items, ...second.items])).toEqual(names(all.toReversed()).slice(0, 2 * first.items.length));
    expect(first.remaining).toBe(20 - first.items.length);
  });

  it.each([
    ['on its last page', 3, {}],
    ['on others', 1, { continue: expect.any(String), remainingItemCount: 1 }],
  ])('is a Kubernetes list over REST, %s', (_, pageSize, metadata) => {
    const page = pageOf([created(1, 'a'), created(2, 'b')], { pageSize });
    const json = toListJson({ ...page, items: page.items.map((one) => resourceJson(cachedExecution(one))) });

    expect(JSON.parse(json)).toEqual({
      ...{ apiVersion: 'workflowexecution.kubernaut.ai/v1alpha1', kind: 'WorkflowExecutionList', metadata },
      items: page.items,
    });
  });

  it('has an empty token on its last page over gRPC', () => {
    expect(messagesOf(pageOf([created(1, 'a')], {}))).toMatchObject({ nextPageToken: '', totalSize: 1 });
  });

  it('has at least one execution on a page', () => {
    const annotations = { note: 'x'.repeat(3 * 1024 * 1024) };
    const execution = created(1, 'huge');
    const huge = { ...execution, metadata: { ...execution.metadata, annotations } };

    expect(names(pageOf([huge, created(0, 'next')], {}).items)).toEqual(['huge']);
  });

  it('neither skips nor repeats lasting executions while others come and go', () => {
    const one = fc.record({ second: fc.nat(9), name: fc.stringMatching(/^[a-z]{1,3}$/) });
    const many = fc.uniqueArray(one, { selector: ({ name }) => name, maxLength: 30 });
    fc.assert(
      fc.property(many, fc.array(many), fc.integer({ min: 1, max: 5 }), (lasting, passing, pageSize) => {
        const lastingNames = new Set(lasting.map(({ name }) => name));
        const seen: string[] = [];
        let pageToken: string | undefined;
        // There are at most 30 lasting and 30 short-lived executions: a longer list would repeat some.
        for (let round = 0; (round === 0 || pageToken !== undefined) && round < 100; round++) {
          const now = (passing[round] ?? []).filter(({ name }) => !lastingNames.has(name));
          const all = [...lasting, ...now].map(({ second, name }) => created(second, name));
          const page = pageOf(all, { pageSize, pageToken });
          seen.push(...names(page.items));
          pageToken = page.nextPageToken;
        }

        expect(seen.filter((name) => lastingNames.has(name)).sort()).toEqual([...lastingNames].sort());
      }),
    );
  });
});
