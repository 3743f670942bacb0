/**
 * The kustomize components of deploy/components that the chart offers as values, in the order in which a kustomization lists
 * them: of two that change the same field, the later wins.
 */
export const components = [
  'execution-policy',
  'high-availability',
  'tls',
  'cert-manager',
  'monitoring',
  'tracing',
  'kubernaut',
  'one-process',
  'created-by',
  'openshift',
] as const;

/** One of {@link components}. */
export type Component = (typeof components)[number];

/** The key of a component in the chart's values: `cert-manager` is `certManager.enabled`. */
export function valueKey(component: Component): string {
  return component.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
