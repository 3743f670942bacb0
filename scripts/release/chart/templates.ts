import { recordOf, stringOf, type JsonRecord } from '../../../src/kubernetes/json.ts';
import type { Component } from './components.ts';
import { allOf, type Conditional, type Condition } from './condition.ts';
import { emit, emitConditional } from './emit.ts';
import { merge } from './merge.ts';
import { change, Expression, type Node } from './node.ts';
import { parameterize } from './parameters.ts';

/** The objects that kustomize renders: the base alone, and with each component alone. */
export interface Rendering {
  readonly base: readonly JsonRecord[];
  readonly components: ReadonlyMap<Component, readonly JsonRecord[]>;
}

/** The chart's templates by file name: one for each object. */
export function templatesOf({ base, components }: Rendering): ReadonlyMap<string, string> {
  const rendered = [...components].map(([component, objects]) => ({ component, objects: byIdentity(objects) }));
  const all = [byIdentity(base), ...rendered.map(({ objects }) => objects)];
  const files = new Map<string, string>();
  for (const identity of new Set(all.flatMap((objects) => [...objects.keys()]))) {
    const variants = rendered.map(({ component, objects }) => ({ component, value: objects.get(identity) }));
    const [kind = '', name = ''] = identity.split('/');
    const { when, value } = adapted(kind, name, merge(all[0]?.get(identity), variants));
    if (kind === 'ConfigMap' && name === 'workflow-execution-settings') {
      const settings: Node = {
        type: 'expression',
        value: new Expression(`include "workflow-execution.settings" .`, { block: true }),
      };
      const withSettings = change(value, ['data'], (data) => {
        if (data !== undefined) files.set('_settings.tpl', settingsTemplate(data.value));
        return { value: settings };
      });
      files.set(fileName(kind, name), emitConditional({ when, value: withSettings }));
    } else {
      files.set(fileName(kind, name), emitConditional({ when, value }));
    }
  }
  return files;
}

function byIdentity(objects: readonly JsonRecord[]): ReadonlyMap<string, JsonRecord> {
  return new Map(
    objects.map((object) => {
      const name = stringOf(recordOf(object['metadata'])['name']) ?? '';
      return [`${String(object['kind'])}/${aliases[name] ?? name}`, parameterize(object)];
    }),
  );
}

/** Names that a component gives to objects of the base. */
const aliases: Readonly<Record<string, string>> = { 'workflowexecution-controller': 'workflow-execution-controller' };

function fileName(kind: string, name: string): string {
  // The name of the CRD is a domain.
  const [short = ''] = name.replace(/^workflow-execution-?/, '').split('.');
  return `${[kind.toLowerCase(), short].filter((part) => part !== '').join('-')}.yaml`;
}

/** Conditions of whole kinds. */
const conditions: Readonly<Record<string, Condition>> = {
  Namespace: '.Values.namespace.create',
  NetworkPolicy: '.Values.networkPolicy.enabled',
  ValidatingAdmissionPolicy: '.Values.admissionPolicies.enabled',
  ValidatingAdmissionPolicyBinding: '.Values.admissionPolicies.enabled',
  CustomResourceDefinition: '.Values.crds.enabled',
};

/** Adds the values that no component sets. */
function adapted(kind: string, name: string, { when, value }: Conditional<Node>): Conditional<Node> {
  const condition = allOf(conditions[kind], when);
  if (kind === 'Deployment') return { when: condition, value: withPodValues(value, name.split('-').at(-1) ?? '') };
  if (kind === 'CustomResourceDefinition') return { when: condition, value: withKeep(value) };
  return { when: condition, value };
}

function withPodValues(deployment: Node, role: string): Node {
  const replicas = `.Values.${role}.replicas`;
  const own: Node = { type: 'expression', value: new Expression(replicas) };
  const withReplicas = change(deployment, ['spec', 'replicas'], (usual) => ({
    value: firstCase(replicas, own, usual),
  }));
  const pullSecrets = '.Values.image.pullSecrets';
  return change(withReplicas, ['spec', 'template', 'spec', 'imagePullSecrets'], () => ({
    when: pullSecrets,
    value: { type: 'expression', value: new Expression(`toYaml ${pullSecrets}`, { block: true }) },
  }));
}

/** A choice that comes before another value, which may be a choice too. */
function firstCase(when: Condition, value: Node, other: Conditional<Node> | undefined): Node {
  if (other === undefined) throw new Error(`the manifests have no value for ${when}`);
  const { cases, otherwise } = other.value.type === 'choice' ? other.value : { cases: [], otherwise: other.value };
  return { type: 'choice', cases: [{ when, value }, ...cases], otherwise };
}

function withKeep(definition: Node): Node {
  const keep: Node = { type: 'scalar', value: 'keep' };
  return change(definition, ['metadata', 'annotations'], (existing) => {
    if (existing !== undefined) throw new Error('the CRD has annotations of its own, which the chart would replace');
    return {
      when: '.Values.crds.keep',
      value: { type: 'map', entries: new Map([['helm.sh/resource-policy', { value: keep }]]) },
    };
  });
}

/**
 * The named template of the settings. Values are merged over it, because a template cannot know which keys the user sets.
 */
function settingsTemplate(data: Node): string {
  return `{{- define "workflow-execution.defaults" -}}
${emit(data)}{{- end }}

{{- define "workflow-execution.settings" -}}
{{- $settings := include "workflow-execution.defaults" . | fromYaml }}
{{- with .Values.dataStorage.url }}
{{- $_ := set $settings "WFE_DATA_STORAGE_URL" . }}
{{- $_ := set $settings "WFE_DATA_STORAGE_TOKEN_FILE" "/var/run/secrets/kubernaut.ai/data-storage/token" }}
{{- end }}
{{- toYaml (mergeOverwrite $settings .Values.settings) }}
{{- end }}
`;
}
