import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseJson, recordOf } from '../../src/kubernetes/json.ts';

/** How a call of Run has ended. */
export interface RunResult {
  readonly id: string;
  readonly uid?: string;
  readonly phase?: string;
  readonly error?: string;
}

/** The last line of the program. */
export interface LoadSummary {
  /** Attempts of unary calls and streams, by method and gRPC code. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly cuts: number;
  readonly seconds: number;
}

/** The program `load`, which runs executions through the Go client. */
export class Load {
  readonly results: RunResult[] = [];
  /** The summary, once it has ended. */
  readonly ended: Promise<LoadSummary>;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly changed = new Set<() => void>();

  /** @param flags of the program, without dashes */
  constructor(program: string, flags: Readonly<Record<string, string | number>>) {
    const args = Object.entries(flags).map(([name, value]) => `-${name}=${value}`);
    this.child = spawn(program, args);
    this.ended = this.read();
    // It is awaited at the end.
    this.ended.catch(() => undefined);
  }

  /** Makes the addresses of the replicas known, as those of a headless Service. */
  setAddresses(addresses: readonly string[]): void {
    this.child.stdin.write(`${addresses.join(',')}\n`);
  }

  /** Lets the calls in flight end, and starts no more. */
  finish(): void {
    this.child.stdin.end();
  }

  /** Waits until this many calls more have ended. */
  async more(count: number): Promise<void> {
    const wanted = this.results.length + count;
    while (this.results.length < wanted) {
      await Promise.race([
        new Promise<void>((resolve) => this.changed.add(resolve)),
        this.ended.then(({ seconds }) => Promise.reject(new Error(`the load has ended after ${seconds} s`))),
      ]);
    }
  }

  private async read(): Promise<LoadSummary> {
    let summary: LoadSummary | undefined;
    let errors = '';
    this.child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const value = recordOf(parseJson(line));
      // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- lines of our own program
      if ('id' in value) this.results.push(value as unknown as RunResult);
      // eslint-disable-next-line @typescript-eslint/consistent-type-assertions -- the same
      else summary = value as unknown as LoadSummary;
      for (const wake of this.changed) wake();
      this.changed.clear();
    });
    const code = await new Promise<number | null>((resolve) => this.child.once('close', resolve));
    if (code !== 0 || summary === undefined) throw new Error(`the load ended with ${code}:\n${errors}`);
    return summary;
  }
}
