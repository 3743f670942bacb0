// The attackers of one family, in a process of their own: `node main.ts JOB`. Says in the end what they have done.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Random } from '../../chaos/plan/random.ts';
import { familyOf } from '../families.ts';
import { Counter } from './attack.ts';
import type { AttackJob } from '../harness/attackers.ts';

// They take only the time of the processor that the service leaves: those of the real world have machines of their own.
setPriority(5);
try {
  // Linux shares a processor between sessions first (sched(7), the autogroup feature), and this process has one of its own.
  writeFileSync('/proc/self/autogroup', '5');
} catch {
  // Without that feature the priority of the process is enough.
}
const job = JSON.parse(process.argv[2] ?? '') as AttackJob; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- made by ../harness/attackers.ts
const counter = new Counter();
const signal = AbortSignal.timeout(job.seconds * 1_000);
// What fails at the edge of an attack is of no interest.
process.on('uncaughtException', (error: Error) => counter.add(`uncaught ${error.message.slice(0, 60)}`));
const { attack } = familyOf(job.family);
const over = new Promise((resolve) => setTimeout(resolve, (job.seconds + 2) * 1_000));
await Promise.race([attack({ target: job.target, random: new Random(job.seed), counter, signal }), over]);
process.stdout.write(JSON.stringify(counter.counts), () => process.exit());
