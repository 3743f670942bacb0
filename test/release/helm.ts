import { join } from 'node:path';
import { findCache } from '../cluster/cache.ts';
import { runCommand } from '../cluster/command.ts';
import { silent } from '../cluster/progress.ts';
import { ensureGoProgram } from '../support/go-program.ts';

const program = {
  name: 'helm',
  module: join(import.meta.dirname, 'go'),
  package: 'helm.sh/helm/v4/cmd/helm',
  purpose: 'The chart is tested with',
  duration: '3 minutes',
  spaceNeeded: 2,
} as const;

/** Helm (https://helm.sh) with a home of its own. */
export class Helm {
  readonly path: string;
  /** Of its processes: its home, and KUBECONFIG. */
  readonly environment: NodeJS.ProcessEnv;

  private constructor(path: string, environment: NodeJS.ProcessEnv) {
    this.path = path;
    this.environment = environment;
  }

  /**
   * @param home directory for its caches and configuration
   * @throws ClusterError if it cannot be built
   */
  static async in(home: string, kubeconfig?: string): Promise<Helm> {
    const path = await ensureGoProgram(program, findCache(), silent);
    return new Helm(path, { ...process.env, HELM_HOME: home, XDG_CACHE_HOME: home, KUBECONFIG: kubeconfig });
  }

  /**
   * Runs a command.
   *
   * @returns its stdout
   * @throws Error with its stderr
   */
  async run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await runCommand(this.path, args, { env: this.environment });
    if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  }
}
