import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { phaseOf } from '../../../src/workflow-execution/phase.ts';
import { ReconcilerFixture } from '../reconciler/fixture.ts';
import { endCancelledTask, skippingWorkflow, waitingWorkflow } from '../reconciler/workflows.ts';
import { until } from '../support/until.ts';
import { observe, type ObservedService } from './observed-service.ts';

describe('the log', () => {
  const stage = new ReconcilerFixture();
  let service: ObservedService;
  let volume: string;
  let version = 0;

  /** Brings a new content of the mounted ConfigMap as the kubelet does: into a directory of its own, to which a link is swapped. */
  const mount = async (level: string): Promise<void> => {
    const data = `..v${++version}`;
    await mkdir(join(volume, data));
    await writeFile(join(volume, data, 'level'), `${level}\n`);
    await symlink(data, join(volume, '..data_tmp'));
    await rename(join(volume, '..data_tmp'), join(volume, '..data'));
  };

  beforeAll(async () => {
    volume = await mkdtemp(join(tmpdir(), 'log-level-'));
    await mount('info');
    await symlink(join('..data', 'level'), join(volume, 'level'));
    await stage.open();
    service = await observe(stage.namespace, { WFE_LOG_LEVEL_FILE: join(volume, 'level') });
  });

  afterAll(async () => {
    await service.stop();
    await stage.close();
    await rm(volume, { recursive: true });
  });

  /** The lines of the reconciler about an execution. */
  const story = (name: string) => {
    const ours = service.lines().filter(({ execution }) => execution === `${stage.namespace}/${name}`);
    return ours.filter(({ context }) => context === 'Reconciler');
  };
  const toldOf = (name: string, message: string) =>
    until(`${name}: ${message}`, () => story(name).some(({ msg }) => msg === message));

  it('tells the life of an execution, each event once, under its name and its UID', async () => {
    const { metadata } = await stage.execute('told', skippingWorkflow);
    await stage.phase('told', 'Completed');
    await stage.delete('told');
    await stage.gone('told');
    await toldOf('told', 'execution deleted');

    const life = story('told').filter(({ level }) => level === 'info');
    expect(life.map(({ msg }) => msg)).toEqual([
      'execution created',
      'execution started',
      'execution ended',
      'execution deleted',
    ]);
    expect(life[2]).toMatchObject({ outcome: 'Success', durationSeconds: expect.any(Number) });
    expect(service.lines().filter(({ uid }) => uid === metadata.uid).length).toBeGreaterThanOrEqual(life.length);
    expect(new Set(story('told').map(({ uid }) => uid))).toEqual(new Set([metadata.uid]));
  });

  it('tells of a cancellation', async () => {
    await stage.execute('cancelled', waitingWorkflow);
    await stage.phase('cancelled', 'Running');
    // Tekton begins no task of a run that is cancelled before.
    await stage.pipelineRun('cancelled', ({ status }) => status.childReferences.length > 0);
    await stage.cancel('cancelled');
    await endCancelledTask(stage.client, stage.namespace);
    await stage.until('cancelled', 'it has ended', (execution) => phaseOf(execution) === 'Failed');
    await toldOf('cancelled', 'execution ended');

    const messages = story('cancelled').map(({ msg }) => msg);
    expect(messages.filter((msg) => msg === 'execution is being cancelled')).toHaveLength(1);
    expect(story('cancelled').at(-1)).toMatchObject({ msg: 'execution ended', reason: 'Cancelled' });
  });

  it('changes its level while the service runs, when a mounted ConfigMap does', async () => {
    const changes = () => service.lines().filter(({ msg }) => msg === 'log level');
    await mount('debug');
    await until('the log is at debug', () => changes().length === 1);
    await mount('nonsense');
    await until('the log says what is wrong', () => service.lines().some(({ value }) => value === 'nonsense'));
    await mount('error');
    await until('the log is at error', () => changes().length === 2);
    expect(changes()).toMatchObject([
      { from: 'info', to: 'debug' },
      { from: 'debug', to: 'error' },
    ]);

    await stage.execute('silent', skippingWorkflow);
    await stage.phase('silent', 'Completed');
    expect(story('silent')).toEqual([]);
  });
});

describe('the memory of the first lists', () => {
  const stage = new ReconcilerFixture();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());

  it('is given back by the process that the image starts', async () => {
    const service = await observe(stage.namespace, { WFE_LOG_LEVEL: 'debug' });
    try {
      await until('it was', () =>
        service.lines().some(({ msg }) => msg === 'memory of the first lists was given back'),
      );
    } finally {
      await service.stop();
    }
  });
});
