import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { describeOnPods } from './environment.ts';

const demo = join(import.meta.dirname, '../../demo/demo.ts');

describeOnPods('the demo', () => {
  it('stays with its service until Ctrl-C, and then leaves nothing', async () => {
    const child = spawn(process.execPath, [demo], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (line.includes('until you press Ctrl-C')) break;
    }
    const told = said.join('\n');
    const swagger = /http:\/\/\S+\/docs/.exec(told)?.[0] ?? '';
    const kubeconfig = /KUBECONFIG=(\S+)/.exec(told)?.[1] ?? '';
    expect(told).toMatch(/from-orchestrator +Completed/);
    expect(told).toMatch(/from-person +\| Hello from a person, over REST/);
    expect(told).toMatch(/from-gitops +workflowexecution\.workflow\.completed +success/);
    await expect(fetch(swagger).then((page) => page.text())).resolves.toContain('WorkflowExecution API');
    expect(existsSync(kubeconfig)).toBe(true);

    child.kill('SIGINT');
    child.stdout.resume();

    await expect(once(child, 'close')).resolves.toEqual([0, null]);
    expect(existsSync(dirname(kubeconfig))).toBe(process.env['KUBECONFIG'] !== undefined);
  });
});
