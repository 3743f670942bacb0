/** The kubeconfig cannot be used; the message says which file or URL and what to do. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
