import { describe, expect, it } from '@jest/globals';
import type { JsonRecord } from '../../../src/kubernetes/json.ts';
import type { Component } from './components.ts';
import { templatesOf } from './templates.ts';

const metadata = { name: 'workflow-execution-x' };

/** The template of one object, given what the base and components make of its content. */
function templateOf(
  base: JsonRecord | undefined,
  variants: Partial<Record<Component, JsonRecord | undefined>>,
  kind = 'ConfigMap',
): string | undefined {
  const objects = (content: JsonRecord | undefined) => (content === undefined ? [] : [{ kind, metadata, ...content }]);
  const components = Object.entries(variants) as [Component, JsonRecord | undefined][];
  const files = templatesOf({
    base: objects(base),
    components: new Map(components.map(([component, content]) => [component, objects(content)])),
  });
  return files.get(`${kind.toLowerCase()}-x.yaml`);
}

const lines = (...text: string[]) =>
  ['kind: ConfigMap', 'metadata:', '  name: workflow-execution-x', ...text, ''].join('\n');

describe('a template', () => {
  it('is the manifest where no component changes it', () => {
    expect(templateOf({ data: { a: '1' } }, { tls: { data: { a: '1' } } })).toBe(lines('data:', '  a: "1"'));
  });

  it('chooses between the scalars of components, of which the last wins', () => {
    const template = templateOf(
      { a: 1 },
      { 'high-availability': { a: 2 }, tls: { a: 3 }, 'cert-manager': { a: 3 }, openshift: { a: 1 } },
    );
    expect(template).toBe(
      lines(
        'a: {{ if or (.Values.tls).enabled (.Values.certManager).enabled }}3{{ else if (.Values.highAvailability).enabled }}2{{ else }}1{{ end }}',
      ),
    );
  });

  it('has the keys that components add and remove under conditions', () => {
    expect(templateOf({ a: 1, b: 2 }, { tls: { a: 1, b: 2, c: { d: 3 } }, openshift: {} })).toBe(
      lines(
        '{{- if not (.Values.openshift).enabled }}',
        'a: 1',
        'b: 2',
        '{{- end }}',
        '{{- if (.Values.tls).enabled }}',
        'c:',
        '  d: 3',
        '{{- end }}',
      ),
    );
  });

  it('matches the elements of lists by name', () => {
    const base = { list: [{ name: 'a', value: 1 }, { name: 'b' }] };
    const variants = { tls: { list: [{ name: 'a', value: 2 }, { name: 'new' }, { name: 'b' }] } };
    expect(templateOf(base, variants)).toBe(
      lines(
        'list:',
        '  - name: a',
        '    value: {{ if (.Values.tls).enabled }}2{{ else }}1{{ end }}',
        '  {{- if (.Values.tls).enabled }}',
        '  - name: new',
        '  {{- end }}',
        '  - name: b',
      ),
    );
  });

  it('renames an element of a list in place', () => {
    const template = templateOf({ list: [{ name: 'a' }] }, { kubernaut: { list: [{ name: 'b' }] } });
    expect(template).toBe(lines('list:', '  - name: {{ if (.Values.kubernaut).enabled }}b{{ else }}a{{ end }}'));
  });

  it('adds a list that several components need once, with what each needs, the last first', () => {
    const template = templateOf({}, { tls: { list: ['a'] }, 'one-process': { list: ['b'] } });
    expect(template).toBe(
      lines(
        '{{- if or (.Values.tls).enabled (.Values.oneProcess).enabled }}',
        'list:',
        '  {{- if (.Values.oneProcess).enabled }}',
        '  - b',
        '  {{- end }}',
        '  {{- if (.Values.tls).enabled }}',
        '  - a',
        '  {{- end }}',
        '{{- end }}',
      ),
    );
  });

  it('exists only with the component that adds its object, and without the one that removes it', () => {
    expect(templateOf(undefined, { monitoring: { a: 1 } })).toMatch(
      /^\{\{- if \(\.Values\.monitoring\)\.enabled \}\}\n/,
    );
    expect(templateOf({ a: 1 }, { 'one-process': undefined })).toMatch(
      /^\{\{- if not \(\.Values\.oneProcess\)\.enabled \}\}\n/,
    );
  });

  it('keeps braces of the manifest as text', () => {
    expect(templateOf({ a: '{{ $value }} of 5\nnext' }, {})).toBe(
      lines('a: |-', '  {{ "{{" }} $value }} of 5', '  next'),
    );
  });

  it('has the namespace of the release in place of that of the manifests', () => {
    expect(templateOf({ a: 'kubernaut-system', b: 'kubectl -n kubernaut-system get pods' }, {})).toBe(
      lines('a: {{ .Release.Namespace | quote }}', 'b: kubectl -n {{ .Release.Namespace }} get pods'),
    );
  });

  it('of an admission policy needs admissionPolicies.enabled', () => {
    expect(templateOf({}, {}, 'ValidatingAdmissionPolicy')).toMatch(
      /^\{\{- if \.Values\.admissionPolicies\.enabled \}\}/,
    );
  });
});
