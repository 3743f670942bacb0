/** A tested pair of Kubernetes and Tekton versions. */
export interface TestedVersions {
  readonly name: 'oldest' | 'newest';
  readonly kubernetes: string;
  readonly tekton: string;
}

/** The oldest and the newest supported pair, as listed in docs/compatibility.md. */
export const testedVersions: readonly TestedVersions[] = [
  { name: 'oldest', kubernetes: 'v1.35.4', tekton: 'v1.9.0' },
  { name: 'newest', kubernetes: 'v1.37.2', tekton: 'v1.15.0' },
];
