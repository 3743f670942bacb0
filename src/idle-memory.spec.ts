import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';

/** Makes garbage and is idle then. */
const program = `
  import { returnIdleMemory } from '${join(import.meta.dirname, 'idle-memory.ts')}';
  returnIdleMemory();
  Array.from({ length: 300_000 }, (_, at) => ({ at }));
  setInterval(() => undefined, 1_000);
`;

/** V8 checks after 0.1 s, and then every 8 s, whether the process is idle. It collects a busy one only after 100 s. */
const flags = ['--gc-memory-reducer-start-delay-ms=100', '--trace-memory-reducer'];

/** In milliseconds. */
const deadline = 40_000;

it(
  'makes V8 return the memory of an idle process',
  async () => {
    const options = { timeout: deadline } as const;
    const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', program], options);
    const closed = once(child, 'close');
    const trace: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      trace.push(line);
      if (line.includes('started GC')) child.kill();
    }
    await closed;

    expect(trace.join('\n')).toContain('started GC');
  },
  2 * deadline,
);
