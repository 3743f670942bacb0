/** The cluster configuration cannot be used; the message is for a person and names the file or URL. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
