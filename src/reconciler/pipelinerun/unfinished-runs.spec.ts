import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../kubernetes/errors.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { pipelineRunResource } from '../../tekton/pipeline-run.ts';
import type { Phase, WorkflowExecution } from '../../workflow-execution/generated/workflow-execution.ts';
import { aFakeCluster } from '../fake-cluster.builders.ts';
import { listUnfinishedRuns } from './unfinished-runs.ts';

const { signal } = new AbortController();

/** The list of PipelineRuns of a cluster; `refresh` is called when the cache of executions has to be fresh, requests fail while `fails`. */
function aCluster({ refresh, fails }: { refresh?: () => void; fails?: () => boolean } = {}) {
  const before = () => {
    if (fails?.() === true) throw new UnavailableError('away');
  };
  const cluster = aFakeCluster({ before });
  const executions = {
    store: cluster.executionCache,
    waitUntilFresh: () => Promise.resolve(refresh?.()),
  } as unknown as Reflector<WorkflowExecution>;
  const list = listUnfinishedRuns(cluster.client, executions);
  const add = (name: string, phase?: Phase, over: object = {}) => {
    const execution = cluster.execution({ metadata: { name, uid: `uid-${name}` }, status: phase && { phase } });
    cluster.unseenPipelineRun(execution, over);
    return execution;
  };
  const owners = async (namespace?: string) => {
    const { items } = await list(namespace, signal);
    const runs = items.map((item) => pipelineRunResource.parse(item));
    return runs.map(({ metadata }) => metadata.ownerReferences?.[0]?.name).sort();
  };
  return { ...cluster, add, list, owners };
}

describe('the list of PipelineRuns', () => {
  it('has those of executions that have not finished, each read by its name', async () => {
    const { add, owners, server, execution } = aCluster();
    add('pending');
    add('running', 'Running');
    for (const phase of ['Completed', 'Failed', 'Skipped'] as const) add(phase.toLowerCase(), phase);
    execution({ metadata: { name: 'not-started' } });
    await expect(owners()).resolves.toEqual(['pending', 'running']);
    expect(server.verbs).toEqual(['list', 'get', 'get', 'get']);
  });

  it('has none that lost the label by which it is watched', async () => {
    const { add, owners } = aCluster();
    add('unlabelled', 'Running', { metadata: { labels: {} } });
    await expect(owners()).resolves.toEqual([]);
  });

  it('has only those of its namespace', async () => {
    const { add, owners } = aCluster();
    add('running', 'Running');
    await expect(owners('payment')).resolves.toEqual(['running']);
    await expect(owners('checkout')).resolves.toEqual([]);
  });

  it('has the version of the collection before the executions are read, so that the watch brings what is newer', async () => {
    const cluster = aCluster({ refresh: () => void (isFresh || refresh()) });
    let isFresh = false;
    const refresh = () => {
      isFresh = true;
      cluster.add('created-meanwhile', 'Running');
    };
    const { revision } = cluster.server;
    const { items, resourceVersion } = await cluster.list(undefined, signal);
    expect([items.length, resourceVersion]).toEqual([1, revision]);
  });

  it('fails as a whole if one cannot be read', async () => {
    let requests = 0;
    const { add, list } = aCluster({ fails: () => (requests += 1) === 3 });
    add('a', 'Running');
    add('b', 'Running');
    await expect(list(undefined, signal)).rejects.toThrow('away');
  });
});
