import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Random } from '../chaos/plan/random.ts';
import { findGo } from '../cluster/toolchain.ts';
import { run } from '../integration/clients/tools.ts';
import { runsIn, startFixture, type Fixture } from './fixture.ts';
import { Load } from './load.ts';
import { Orchestrator } from './orchestrator.ts';

// Compiling, the first time on a machine.
jest.setTimeout(900_000);

const root = join(import.meta.dirname, '..', '..');
const seed = Number(process.env['WFE_TEST_SEED'] ?? randomInt(2 ** 31));
const image = 'registry.example/workflows/load:v1';

describe(`the Go client, with seed ${seed}`, () => {
  const random = new Random(seed);
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await startFixture(() => undefined);
  });
  afterAll(async () => {
    await fixture?.[Symbol.asyncDispose]();
  });

  /** Builds a program; returns its path. */
  async function built(module: string, name: string, source: string): Promise<string> {
    const path = join(fixture.directory, name);
    const { command } = await findGo();
    await run(command, ['build', '-buildvcs=false', '-o', path, source], { cwd: join(root, module) });
    return path;
  }

  const addresses = () => fixture.api.members.map(({ endpoint }) => endpoint.grpc);

  async function startLoad(flags: Readonly<Record<string, string | number>>): Promise<Load> {
    const program = await built('test/go-client', 'load', './load');
    const common = { addresses: addresses().join(','), 'token-file': fixture.tokenFile, image, concurrency: 32 };
    return new Load(program, { ...common, ...flags });
  }

  /** What ran once for each id. */
  const onceEach = (load: Load) => {
    const uids = [...new Set(load.results.map(({ uid }) => uid))].toSorted();
    expect(new Set(load.results.map(({ id }) => id)).size).toBe(uids.length);
    return { executions: uids, owners: uids };
  };

  it('has no failed call while both replicas are replaced twice under load, and runs nothing twice', async () => {
    const namespace = await fixture.newNamespace(() => random.integer(0, 3_000));
    const load = await startLoad({ namespace });
    await load.more(50);
    for (let replaced = 0; replaced < 4; replaced++) {
      const [oldest] = fixture.api.members;
      await fixture.api.add();
      load.setAddresses(addresses());
      if (oldest !== undefined) await fixture.api.remove(oldest);
      load.setAddresses(addresses());
      await load.more(20);
    }
    load.finish();
    const summary = await load.ended;
    console.log(JSON.stringify({ runs: load.results.length, ...summary }));

    expect(load.results.filter(({ phase }) => phase !== 'PHASE_COMPLETED')).toEqual([]);
    expect(await runsIn(fixture, namespace)).toEqual(onceEach(load));
    expect(summary.attempts['WatchWorkflowExecutions Unavailable']).toBeGreaterThan(0);
  });

  it('creates as many executions as ids in a thousand calls of Run whose connections are cut', async () => {
    const namespace = await fixture.newNamespace(() => random.integer(0, 500));
    const ids = 500;
    const load = await startLoad({ namespace, runs: 1_000, ids, 'cut-bytes': 60_000, seed });
    const summary = await load.ended;
    console.log(JSON.stringify({ runs: load.results.length, ...summary }));

    expect(load.results.filter(({ phase }) => phase !== 'PHASE_COMPLETED')).toEqual([]);
    expect(load.results).toHaveLength(1_000);
    expect(await runsIn(fixture, namespace)).toEqual(onceEach(load));
    expect((await runsIn(fixture, namespace)).executions).toHaveLength(ids);
    expect(summary.cuts).toBeGreaterThan(50);
  });

  it('lets a controller that is killed twenty times, and a service that is killed, run each workflow once', async () => {
    const namespace = await fixture.newNamespace(() => random.integer(0, 3_000));
    const program = await built('examples/remediation-orchestrator-go', 'orchestrator', '.');
    const orchestrator = new Orchestrator(fixture, { program, namespace, image, address: addresses()[0] ?? '' });
    await orchestrator.install();
    for (let kill = 1; kill <= 20; kill++) {
      await orchestrator.request(3);
      await orchestrator.killAfter(random.integer(0, 2_500));
      if (kill % 5 === 0) await fixture.api.members[0]?.process.kill(random.integer(0, 1_000));
    }
    orchestrator.start();
    const remediations = await orchestrator.finished();
    await orchestrator.stop();

    const { executions, owners } = await runsIn(fixture, namespace);
    expect(remediations.map(({ phase }) => phase)).toEqual(Array.from({ length: 60 }, () => 'Completed'));
    expect(new Set(remediations.map(({ workflowExecution }) => workflowExecution)).size).toBe(60);
    expect(executions).toHaveLength(60);
    expect(owners).toEqual(executions);
  });
});
