// The attacker process of one family: `node main.ts JOB`. Prints its counts at the end.
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { Random } from '../../chaos/plan/random.ts';
import { familyOf } from '../families.ts';
import { Counter } from './attack.ts';
import type { AttackJob } from '../harness/attackers.ts';

// Low priority, since real attackers have machines of their own.
setPriority(5);
try {
  // Linux schedules sessions first (sched(7), autogroup), and this process has its own session.
  writeFileSync('/proc/self/autogroup', '5');
} catch {
  // Without autogroup the nice value suffices.
}
const job = JSON.parse(process.argv[2] ?? '') as AttackJob; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- made by ../harness/attackers.ts
const counter = new Counter();
const signal = AbortSignal.timeout(job.seconds * 1_000);
// Errors at the end of an attack are only counted.
process.on('uncaughtException', (error: Error) => counter.add(`uncaught ${error.message.slice(0, 60)}`));
const { attack } = familyOf(job.family);
const over = new Promise((resolve) => setTimeout(resolve, (job.seconds + 2) * 1_000));
await Promise.race([attack({ target: job.target, random: new Random(job.seed), counter, signal }), over]);
process.stdout.write(JSON.stringify(counter.counts), () => process.exit());
