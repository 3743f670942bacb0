/** Versions of Kubernetes and Tekton that are tried together. */
export interface TriedVersions {
  readonly name: 'oldest' | 'newest';
  readonly kubernetes: string;
  readonly tekton: string;
}

/**
 * The oldest and the newest supported versions (docs/compatibility.md): the oldest releases that their projects still
 * maintain, and the newest ones.
 */
export const triedVersions: readonly TriedVersions[] = [
  { name: 'oldest', kubernetes: 'v1.35.4', tekton: 'v1.9.0' },
  { name: 'newest', kubernetes: 'v1.37.2', tekton: 'v1.15.0' },
];
