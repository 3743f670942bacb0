import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const cli = join(import.meta.dirname, '..', '..', 'test', 'data-storage', 'cli.ts');

/** The fake data storage service in its own process, without faults. */
export interface DataStorageProcess {
  readonly url: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the fake data storage service.
 *
 * @param directory where its rows go
 * @throws Error if it does not start
 */
export async function startDataStorageProcess(directory: string): Promise<DataStorageProcess> {
  const child = spawn(process.execPath, [cli, '--directory', directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const saidWhere = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [url] = /http:\/\/[\w.:]+/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([saidWhere, exited.then(() => undefined)]);
  if (url === undefined || child.pid === undefined) throw new Error('the fake data storage service did not start');
  return {
    ...{ url, pid: child.pid },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await exited;
      process.off('exit', kill);
    },
  };
}
