import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { restrictPods } from '../integration/reconciler/admission.ts';
import { startService, type ServiceProcess } from '../support/service.ts';
import { publishSampleWorkflow } from '../support/workflows.ts';
import { describeOnPods } from './environment.ts';

describeOnPods('a namespace that enforces the Pod Security Standard restricted', (environment) => {
  let service: ServiceProcess;

  beforeAll(async () => {
    await restrictPods(environment().client, environment().namespace);
    service = await startService(environment().controller);
  });
  afterAll(() => service.stop());

  it('runs the sample workflow', async () => {
    const { publisher, create, finished } = environment();
    await create('sample', await publishSampleWorkflow(publisher), { parameters: { MESSAGE: 'hello' } });

    const { status } = await finished('sample');

    expect(status).toMatchObject({ phase: 'Completed', outcome: 'Success' });
  });
});
