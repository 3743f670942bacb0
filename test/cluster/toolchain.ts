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
 * Finds a Go that is new enough for go.mod, or downloads one (GOTOOLCHAIN=auto, the default since 1.21).
 *
 * @throws ClusterError that says what to install and what was found
 */
export async function findGo(signal?: AbortSignal): Promise<GoToolchain> {
  const wanted = pinnedVersions().go;
  const command = findOnPath('go');
  if (!command) {
    throw new ClusterError(
      `The local cluster is built with Go, which is not on the PATH. Install Go ${wanted} or newer ` +
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

/** A Go's own version, outside of any module. */
async function versionOutside(command: string, signal?: AbortSignal): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'go-version-'));
  try {
    const { stdout } = await runCommand(command, ['version'], { cwd: directory, signal });
    return /go(\d\S*)/.exec(stdout)?.[1] ?? 'of an unknown version';
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Options of a module search. */
export interface ModuleSearch {
  /**
   * Directory whose go.mod pins the version and whose go.sum its checksum; default: that of the cluster's components.
   */
  readonly directory?: string;
  readonly signal?: AbortSignal;
}

/** The source directory of a module, downloaded if needed. */
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

/** Explains a failed build in a sentence, with the last line of the compiler. */
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
