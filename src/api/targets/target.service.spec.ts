import { describe, expect, it, jest } from '@jest/globals';
import type { Authorizer } from '../../auth/authorizer.ts';
import { UnavailableError } from '../../kubernetes/errors.ts';
import { FakeClock, settle } from '../../kubernetes/fake-clock.builders.ts';
import type { Reflector } from '../../kubernetes/reflector.ts';
import { ObjectStore, type Store } from '../../kubernetes/store.ts';
import { applyList } from '../../kubernetes/store.builders.ts';
import { targetsOf } from '../../targets/targets.builders.ts';
import { Targets } from '../../targets/targets.ts';
import type {
  WorkflowExecution,
  WorkflowExecutionStatus,
} from '../../workflow-execution/generated/workflow-execution.ts';
import { aWorkflowExecution } from '../../workflow-execution/workflow-execution.builders.ts';
import { Permissions } from '../call/permissions.ts';
import { TargetAccess } from '../call/target-access.ts';
import { cachedExecution, cachedExecutionIndexes, type CachedExecution } from '../executions/cached-execution.ts';
import { PacedReads, scannedPerTurn } from '../executions/paced-reads.ts';
import { TargetService } from './target.service.ts';

const target = 'payment/deployment/payment-api';
const now = '2026-01-02T03:10:00Z';
const alice = { username: 'alice', groups: [], extra: {} };
const failure = { reason: 'TaskFailed', message: '', wasExecutionFailure: true } as const;

/** An execution that was created in this minute. */
function execution(
  name: string,
  minute: number,
  status?: WorkflowExecutionStatus,
  over: { namespace?: string; targetResource?: string } = {},
): WorkflowExecution {
  const { namespace = 'payment', targetResource = target } = over;
  const creationTimestamp = `2026-01-02T03:${String(minute).padStart(2, '0')}:00Z`;
  const metadata = { name, namespace, uid: `uid-${name}`, creationTimestamp, resourceVersion: '5' };
  return aWorkflowExecution({ metadata, spec: { targetResource }, status });
}

function storeOf(executions: readonly WorkflowExecution[]): ObjectStore<CachedExecution> {
  const store = new ObjectStore<CachedExecution>(cachedExecutionIndexes, () => undefined);
  applyList(store, executions.map(cachedExecution), '10');
  return store;
}

/** The service with these executions in its cache; the caller has the permissions `verb namespace`. */
function serviceWith(
  executions: readonly WorkflowExecution[],
  granted = ['list *'],
  over: { hasSynced?: boolean; targets?: Targets; store?: Pick<Store<CachedExecution>, 'valuesByIndex'> } = {},
) {
  const { hasSynced = true, targets = targetsOf(), store = storeOf(executions) } = over;
  const allows = jest.fn<Authorizer['allows']>((_, { verb, namespace = '*' }) =>
    Promise.resolve(granted.includes(`${verb} ${namespace}`)),
  );
  const reflector = { store, hasSynced } as unknown as Reflector<CachedExecution>;
  const permissions = new Permissions({ allows } as unknown as Authorizer);
  const clock = new FakeClock(new Date(now));
  const access = new TargetAccess(targets, permissions, clock);
  const config = { cooldownMs: 300_000 };
  const service = new TargetService(reflector, targets, access, permissions, new PacedReads(), config, clock);
  const get = (text = target) => service.get(text, 'name', { caller: alice, signal: new AbortController().signal });
  return { get, service, allows };
}

const nameOf = ({ metadata }: { metadata: { name: string } }) => metadata.name;
const running = { phase: 'Running', startTime: '2026-01-02T03:05:01Z' } as const;

describe('a target', () => {
  it('is held by the execution that runs on it, since its start', async () => {
    const { get } = serviceWith([execution('waits', 6, { phase: 'Pending' }), execution('runs', 5, running)]);
    const { held, holder } = await get();
    expect({ held, holder: holder && [nameOf(holder.execution), holder.since] }).toEqual({
      held: true,
      holder: ['runs', running.startTime],
    });
  });

  it('is free when no execution holds it', async () => {
    const { get } = serviceWith([execution('waits', 6), execution('over', 5, { phase: 'Skipped' })]);
    expect(await get()).toMatchObject({ target, held: false, holder: undefined });
  });

  it('is found under every name of its kind, and by executions that use another one', async () => {
    const { get } = serviceWith([
      execution('short', 3, undefined, { targetResource: 'payment/deploy/payment-api' }),
      execution('recorded', 2, { target }, { targetResource: 'payment/Deployments/payment-api' }),
      execution('service', 1, undefined, { targetResource: 'payment/service/payment-api' }),
    ]);
    const { executions, ...rest } = await get('payment/Deployment.apps/payment-api');
    expect(rest.target).toBe(target);
    expect(executions.map(nameOf)).toEqual(['short', 'recorded']);
  });

  it.each([
    ['payment/deploymint/payment-api', 'the cluster does not serve a kind deploymint'],
    ['deployment/payment-api', 'deployment is namespaced: write NAMESPACE/deployment/payment-api'],
  ])('is refused with the field if the cluster has no such kind: %s', async (text, message) => {
    await expect(serviceWith([]).get(text)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { violations: [{ path: ['name'], message: expect.stringContaining(message) }] },
    });
  });

  it('is shown although API discovery does not respond', async () => {
    const fail = () => Promise.reject(new UnavailableError('no response'));
    const targets = new Targets({ snapshot: undefined, latest: fail, since: fail }, { allowUnknownKinds: false });
    const { get } = serviceWith([execution('runs', 5, running)], ['list *'], { targets });
    expect(await get()).toMatchObject({ target, held: true });
  });

  it('is searched in several turns of the event loop if very many executions are on it', async () => {
    const one = cachedExecution(execution('one', 5, running));
    let read = 0;
    const valuesByIndex = function* () {
      for (; read < 2 * scannedPerTurn; read++) yield one;
    };
    const { get } = serviceWith([], ['list *'], { store: { valuesByIndex } });
    const state = get();
    await settle();
    expect(read).toBe(scannedPerTurn);
    expect((await state).executions.map(nameOf)).toEqual(['one']);
  });

  it('shows its ten newest executions, newest first', async () => {
    const { get } = serviceWith(Array.from({ length: 12 }, (_, minute) => execution(`e${minute}`, minute)));
    expect((await get()).executions.map(nameOf)).toEqual(Array.from({ length: 10 }, (_, index) => `e${11 - index}`));
  });

  it('shows the cooldowns that are not over, the last to end first', async () => {
    const completionTime = (minute: number) => `2026-01-02T03:0${minute}:30Z`;
    const { get } = serviceWith([
      execution('over', 1, { phase: 'Completed', completionTime: completionTime(4) }),
      execution('first', 2, { phase: 'Completed', completionTime: completionTime(6) }),
      execution('last', 3, { phase: 'Failed', failure, completionTime: completionTime(8) }),
      execution('no-step', 3, {
        ...{ phase: 'Failed', completionTime: completionTime(8) },
        failure: { ...failure, wasExecutionFailure: false },
      }),
      execution('settled', 3, { phase: 'Completed', settled: true, completionTime: completionTime(8) }),
      execution('skipped', 3, { phase: 'Skipped', completionTime: completionTime(8) }),
    ]);
    const { cooldowns } = await get();
    expect(cooldowns.map(({ execution, end }) => [nameOf(execution), end.toISOString()])).toEqual([
      ['last', '2026-01-02T03:13:30.000Z'],
      ['first', '2026-01-02T03:11:30.000Z'],
    ]);
  });
});

describe('a caller', () => {
  const elsewhere = execution('elsewhere', 5, running, { namespace: 'billing' });
  const own = execution('own', 4);

  it('sees the executions of the namespaces in which it may list them', async () => {
    const { get } = serviceWith([elsewhere, own], ['list payment']);
    const { executions, holder } = await get();
    expect(executions.map(nameOf)).toEqual(['own']);
    expect(holder).toBeUndefined();
  });

  it.each([
    ['may list in the namespace of the target', 'list payment', true],
    ['may remediate the target', 'remediate payment', true],
    ['may do neither', 'list other', undefined],
  ])('that cannot see the holder learns whether there is one if it %s', async (_, permission, held) => {
    expect((await serviceWith([elsewhere], [permission]).get()).held).toBe(held);
  });

  it('may see more than 32 namespaces only by the permission for all of them', async () => {
    const many = Array.from({ length: 40 }, (_, minute) =>
      execution(`e${minute}`, minute, undefined, { namespace: `n${minute}` }),
    );
    const { get, allows } = serviceWith(many, ['list n39', 'list n0']);
    expect((await get()).executions.map(nameOf)).toEqual(['e39']);
    expect(allows.mock.calls.filter(([, { namespace }]) => namespace?.startsWith('n'))).toHaveLength(32);
    expect((await serviceWith(many).get()).executions).toHaveLength(10);
  });

  it('sees everything where callers are not authenticated', async () => {
    const { service } = serviceWith([elsewhere], []);
    const state = await service.get(target, 'name', { signal: new AbortController().signal });
    expect(state.holder && nameOf(state.holder.execution)).toBe('elsewhere');
  });
});

it('is unavailable until the executions of the cluster have been read', async () => {
  const { get } = serviceWith([], ['list *'], { hasSynced: false });
  await expect(get()).rejects.toMatchObject({ code: 'Unavailable' });
});
