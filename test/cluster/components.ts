import { pinnedVersions } from './versions.ts';

/** A program that is built from the Go module. */
export interface BuiltComponent {
  /** Name of the binary. */
  readonly name: string;
  /** Go package, as in a `tool` line of go.mod or a directory of the module. */
  readonly package: string;
  /** Runs in containers or creates them: built only for Linux. */
  readonly linuxOnly?: true;
  /** Built with a patched knative; see `knative-patch.ts`. */
  readonly knative?: true;
}

const all: readonly BuiltComponent[] = [
  { name: 'certs', package: './certs' },
  { name: 'sandbox', package: './sandbox', linuxOnly: true },
  { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
  { name: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  { name: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  { name: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  { name: 'kubelet', package: 'k8s.io/kubernetes/cmd/kubelet', linuxOnly: true },
  { name: 'registry', package: 'github.com/google/go-containerregistry/cmd/crane' },
  { name: 'tekton-webhook', package: 'github.com/tektoncd/pipeline/cmd/webhook', knative: true },
  { name: 'tekton-controller', package: 'github.com/tektoncd/pipeline/cmd/controller', knative: true },
  { name: 'tekton-resolvers', package: 'github.com/tektoncd/pipeline/cmd/resolvers', knative: true },
  { name: 'tekton-entrypoint', package: 'github.com/tektoncd/pipeline/cmd/entrypoint', linuxOnly: true },
];

/** Components for this platform, in build order. */
export function builtComponents(platform: NodeJS.Platform = process.platform): readonly BuiltComponent[] {
  return all.filter((component) => platform === 'linux' || !component.linuxOnly);
}

/**
 * Flags of `go build` for all components. Without cgo they share one build cache, and the entrypoint is static, so that it
 * starts in any step image; -buildvcs=false allows checkouts that Git does not trust.
 *
 * @param version Kubernetes version that its programs report
 */
export function buildFlags(version: string = pinnedVersions().kubernetes): readonly string[] {
  const [major, minor] = version.replace(/^v/, '').split('.');
  const set = (name: string, value: string | undefined) => `-X k8s.io/component-base/version.${name}=${value ?? ''}`;
  const variables = [set('gitVersion', version), set('gitMajor', major), set('gitMinor', minor)];
  return ['-trimpath', '-buildvcs=false', '-ldflags', ['-s', '-w', ...variables].join(' ')];
}
