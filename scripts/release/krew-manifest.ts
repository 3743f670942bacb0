import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

/** A platform of the kubectl plugin, as Go and krew name it. */
export interface PluginPlatform {
  readonly os: 'linux' | 'darwin' | 'windows';
  readonly architecture: 'amd64' | 'arm64';
  /** Name of the program. */
  readonly binary: string;
}

/** An archive of the kubectl plugin. */
export interface PluginArchive {
  readonly platform: PluginPlatform;
  readonly uri: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/** The platforms that the plugin is released for. */
export const pluginPlatforms: readonly PluginPlatform[] = (
  [
    ['linux', 'amd64'],
    ['linux', 'arm64'],
    ['darwin', 'amd64'],
    ['darwin', 'arm64'],
    ['windows', 'amd64'],
  ] as const
).map(([os, architecture]) => ({ os, architecture, binary: os === 'windows' ? 'kubectl-wfe.exe' : 'kubectl-wfe' }));

/** The SHA-256 of a file in hexadecimal digits. */
export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What a manifest says. */
export interface PluginRelease {
  readonly version: string;
  /** Path of the Go module, in the repository that is the homepage. */
  readonly module: string;
  readonly archives: readonly PluginArchive[];
}

/** The manifest by which krew installs the plugin (https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/). */
export function krewManifest({ version, module, archives }: PluginRelease): string {
  return stringify({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'wfe' },
    spec: {
      version: `v${version}`,
      homepage: `https://${module.replace(/\/clients\/go$/, '')}`,
      shortDescription: 'Run and explain remediation workflows',
      description:
        'Runs WorkflowExecutions of Kubernaut, follows their logs, explains why they failed or were skipped, cancels them, and ' +
        'shows who holds a target.\n',
      caveats:
        'The cluster needs the WorkflowExecution service. For completion, put kubectl_complete-wfe of the archive on the PATH.\n',
      platforms: archives.map(({ platform: { os, architecture, binary }, uri, sha256 }) => ({
        selector: { matchLabels: { os, arch: architecture } },
        uri,
        sha256,
        bin: binary,
      })),
    },
  });
}
