/** Versions of Kubernetes and Tekton that are tried together. */
export interface TestedVersions {
  readonly name: 'oldest' | 'newest';
  readonly kubernetes: string;
  readonly tekton: string;
}

/** The oldest and the newest versions that are supported together, which docs/compatibility.md lists. */
export const testedVersions: readonly TestedVersions[] = [
  { name: 'oldest', kubernetes: 'v1.35.4', tekton: 'v1.9.0' },
  { name: 'newest', kubernetes: 'v1.37.2', tekton: 'v1.15.0' },
];
