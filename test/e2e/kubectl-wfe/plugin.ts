import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse, stringify } from 'yaml';
import { recordOf } from '../../../src/kubernetes/json.ts';
import { findCache } from '../../cluster/cache.ts';
import { streamProgress } from '../../cluster/progress.ts';
import { ensureGoProgram } from '../../support/go-program.ts';

const program = {
  name: 'kubectl-wfe',
  module: join(import.meta.dirname, '..', '..', '..', 'clients', 'go'),
  package: './cmd/kubectl-wfe',
  purpose: 'The kubectl plugin is tested with',
  duration: '2 minutes',
  spaceNeeded: 2,
} as const;

/** Directory of the script for completion by kubectl. */
const completion = join(program.module, program.package);

const kubectl = process.env['WFE_TEST_KUBECTL'] ?? 'kubectl';

/** `kubectl wfe` as a person uses it, and what its terminal showed. */
export class Plugin implements AsyncDisposable {
  private transcript = '';

  private constructor(
    private readonly path: string,
    private readonly directory: string,
    private readonly namespace: string,
  ) {}

  /**
   * Builds the plugin unless cached, for a user in a namespace.
   *
   * @param kubeconfig of an administrator, who may impersonate the user, in YAML
   */
  static async for(user: string, namespace: string, kubeconfig: string): Promise<Plugin> {
    const path = await ensureGoProgram(program, findCache(), streamProgress(process.stderr));
    const directory = await mkdtemp(join(tmpdir(), 'kubectl-wfe-'));
    const config = recordOf(parse(kubeconfig));
    for (const entry of Object.values(config['users'] ?? []))
      Object.assign(recordOf(entry)['user'] ?? {}, { as: user });
    for (const entry of Object.values(config['contexts'] ?? []))
      Object.assign(recordOf(entry)['context'] ?? {}, { namespace });
    await writeFile(join(directory, 'kubeconfig'), stringify(config));
    return new Plugin(path, directory, namespace);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true });
  }

  /** Writes a file to the directory in which commands run. */
  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.directory, name), content);
  }

  /** Runs a command and adds it with its output and exit code to the transcript. Returns its stdout. */
  async wfe(...args: string[]): Promise<string> {
    const { stdout, shown } = await this.execute(['wfe', ...args]);
    this.transcript += shown;
    return stdout;
  }

  /**
   * Starts a command and waits until it has printed something.
   *
   * @returns waits for its end, and adds it to the transcript
   */
  async start(...args: string[]): Promise<() => Promise<void>> {
    const begun = Promise.withResolvers<undefined>();
    const running = this.execute(['wfe', ...args], () => begun.resolve(undefined));
    await Promise.race([begun.promise, running]);
    return async () => {
      this.transcript += (await running).shown;
    };
  }

  /** What the terminal showed since the last call, with times, ages and random names replaced. */
  shown(): string {
    const shown = this.transcript;
    this.transcript = '';
    return normalized(shown.replaceAll(this.namespace, 'payment'));
  }

  /** Runs kubectl, and adds it like {@link wfe}. */
  async kubectl(...args: string[]): Promise<void> {
    this.transcript += (await this.execute(args)).shown;
  }

  private async execute(args: readonly string[], onOutput?: () => void) {
    const env = {
      PATH: [dirname(this.path), completion, process.env['PATH']].join(delimiter),
      HOME: this.directory,
      KUBECONFIG: join(this.directory, 'kubeconfig'),
      WFE_NAMESPACE: this.namespace,
    };
    const { code, stdout, stderr } = await run(kubectl, args, { cwd: this.directory, env, onOutput });
    const quoted = args.map((argument) => (/^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument}'`));
    const exit = code === 0 ? '' : `[exit code ${code}]\n`;
    return { stdout, shown: `$ kubectl ${quoted.join(' ')}\n${stdout}${stderr}${exit}\n` };
  }
}

interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onOutput?: () => void;
}

/** Runs a command without a terminal. */
async function run(command: string, args: readonly string[], { cwd, env, onOutput }: RunOptions) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.once('data', () => onOutput?.());
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { stdout, stderr, code: child.exitCode };
}

function normalized(shown: string): string {
  return shown
    .replaceAll(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME')
    .replaceAll(/(?<=-)([0-9a-f]{12}|[0-9a-f]{32})\b/g, 'HASH')
    .replaceAll(/^\[Debug\] .*\n/gm, '')
    .replaceAll(/(?<=sha256:)[0-9a-f]{64}\b/g, 'DIGEST')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'registry.example')
    .replaceAll(/(?<![\w.[-])(\d+h)?(\d+m)?\d+s(?![\w-])|(?<=Try again in )\d+(?= s)/g, 'AGE')
    .replaceAll(/(?<![\w.[-])\d+m(?![\w-])/g, 'AGE')
    .replaceAll(/(?<=\S)( {2,})(?=\S)/g, '  ')
    .replaceAll(/ +$/gm, '');
}

/** The kubeconfig for a proxy that adds its own credentials. */
export function kubeconfigOf(server: string): string {
  return stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'proxy' },
    clusters: [{ name: 'proxy', cluster: { server } }],
    users: [{ name: 'proxy', user: {} }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'proxy' } }],
  });
}
