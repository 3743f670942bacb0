/** A platform of the image. */
export interface Platform {
  /** As in the OCI image specification: `linux/arm64`. */
  readonly name: string;
  /** Architecture as OCI, Go and Debian name it. */
  readonly architecture: 'amd64' | 'arm64';
  /** Architecture as Node.js names it. */
  readonly node: 'x64' | 'arm64';
}

/** The platforms of a release. */
export const platforms: readonly Platform[] = [
  { name: 'linux/amd64', architecture: 'amd64', node: 'x64' },
  { name: 'linux/arm64', architecture: 'arm64', node: 'arm64' },
];

/** The platform of this machine; undefined if there is no image for it. */
export function ownPlatform(): Platform | undefined {
  return platforms.find(({ node }) => process.platform === 'linux' && process.arch === node);
}
