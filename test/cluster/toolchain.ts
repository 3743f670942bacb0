import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath, runCommand } from './command.ts';
import { ClusterError } from './errors.ts';
import { compareVersions, moduleDirectory, pinnedVersions } from './versions.ts';

/** The Go that builds the components. */
export interface GoToolchain {
  readonly command: string;
  /** Such as `go1.26.8`. */
  readonly version: string;
  readonly buildCache: string;
  readonly moduleCache: string;
}

/**
 * Finds a Go that is new enough for go.mod. A Go that may fetch newer ones (GOTOOLCHAIN=auto, the default since 1.21)
 * does so when asked for its version inside the module.
 *
 * @throws ClusterError that says what to install, and what is there instead
 */
export async function findGo(signal?: AbortSignal): Promise<GoToolchain> {
  const wanted = pinnedVersions().go;
  const command = findOnPath('go');
  if (!command) {
    throw new ClusterError(
      `The local cluster is built with Go, and there is none on the PATH. Install Go ${wanted} or newer ` +
        '(https://go.dev/dl), or let KUBECONFIG name a cluster that has Tekton.',
    );
  }
  const answer = await runCommand(command, ['env', 'GOVERSION', 'GOCACHE', 'GOMODCACHE'], {
    cwd: moduleDirectory,
    signal,
  });
  const [version = '', buildCache = '', moduleCache = ''] = answer.stdout.trim().split('\n');
  if (answer.code !== 0 || !version.startsWith('go') || compareVersions(version, wanted) < 0) {
    throw new ClusterError(
      `The local cluster is built with Go ${wanted} or newer, and ${command} is ${await versionOutside(command, signal)}. ` +
        'Install a newer one (https://go.dev/dl), or let KUBECONFIG name a cluster that has Tekton.',
    );
  }
  return { command, version, buildCache, moduleCache };
}

/** The version that a Go tells where no go.mod asks for another. */
async function versionOutside(command: string, signal?: AbortSignal): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'go-version-'));
  try {
    const { stdout } = await runCommand(command, ['version'], { cwd: directory, signal });
    return /go(\d\S*)/.exec(stdout)?.[1] ?? 'of no version that it would tell';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Where a module is looked for. */
export interface ModuleSearch {
  /** Whose go.mod says in which version, and whose go.sum what it has to be; default: those of the cluster's components. */
  readonly directory?: string;
  readonly signal?: AbortSignal;
}

/** Where the source of a module lies, downloaded if need be. */
export async function moduleSource(
  go: GoToolchain,
  module: string,
  { directory = moduleDirectory, signal }: ModuleSearch = {},
): Promise<string> {
  const download = await runCommand(go.command, ['mod', 'download', '-json', module], { cwd: directory, signal });
  const [, source] = /"Dir": "(.+)"/.exec(download.stdout) ?? [];
  if (!source) throw new ClusterError(explainGoFailure(module, download.stderr + download.stdout, directory));
  return source;
}

/** Says in a sentence why a build failed, and what the compiler said last. */
export function explainGoFailure(component: string, stderr: string, directory: string): string {
  if (/no space left on device|ENOSPC/i.test(stderr)) {
    return `The disk ran full while ${component} was built (in ${directory} or in Go's caches). Free some space and try again.`;
  }
  if (/dial tcp|no such host|connection refused|i\/o timeout|proxyconnect/i.test(stderr)) {
    return `The Go modules of ${component} could not be downloaded: ${lastLines(stderr)}`;
  }
  return `${component} could not be built: ${lastLines(stderr)}`;
}

function lastLines(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'));
  return lines.slice(-5).join('\n');
}
