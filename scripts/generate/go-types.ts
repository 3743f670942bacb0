import type { CustomResource } from './crd.ts';
import { goName, goTypes, type GoEnum, type GoField, type GoStruct, type GoType } from './go-model.ts';

/** First line of every generated Go file, in the form by which tools recognize it (https://go.dev/s/generatedcode). */
export const goBanner = '// Code generated from crds/ by `npm run generate`. DO NOT EDIT.';

/** The Go types of the resource, as gofmt formats them. */
export function generateGoTypes(crd: CustomResource): string {
  const { kind, schema } = crd;
  return `${goBanner}

package ${crd.version}

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

${comment(sentence(kind, schema.description ?? ''))}
type ${kind} struct {
	metav1.TypeMeta   \`json:",inline"\`
	metav1.ObjectMeta \`json:"metadata,omitempty"\`

	Spec   ${kind}Spec   \`json:"spec"\`
	Status ${kind}Status \`json:"status,omitzero"\`
}

// ${kind}List is a list of ${kind}s.
type ${kind}List struct {
	metav1.TypeMeta \`json:",inline"\`
	metav1.ListMeta \`json:"metadata,omitempty"\`

	Items []${kind} \`json:"items"\`
}

${goTypes(crd)
  .map((type) => (type.kind === 'struct' ? structOf(type) : enumOf(type)))
  .join('\n\n')}
`;
}

/** Group, version, registration in a scheme and the fields of field selectors. */
export function generateGoRegistration({ group, version, kind, plural, selectableFields }: CustomResource): string {
  const fields = selectableFields.map((path) => [`Field${path.split('.').map(goName).join('')}`, `"${path}"`]);
  return `${goBanner}

package ${version}

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Names of the resource.
const (
	GroupName = "${group}"
	Version   = "${version}"
	Kind      = "${kind}"
	Plural    = "${plural}"
)

// Fields by which the API server selects in lists and watches (--field-selector).
const (
${aligned(fields.map(([name = '', path = '']) => [name, `= ${path}`]))}
)

// GroupVersion is the API group and version of the resource.
var GroupVersion = schema.GroupVersion{Group: GroupName, Version: Version}

var schemeBuilder = runtime.NewSchemeBuilder(func(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &${kind}{}, &${kind}List{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
})

// AddToScheme registers the types of this package in a scheme.
var AddToScheme = schemeBuilder.AddToScheme
`;
}

/** How Go writes a type. */
export function written(type: GoType): string {
  switch (type.kind) {
    case 'pointer':
      return `*${written(type.element)}`;
    case 'slice':
      return `[]${written(type.element)}`;
    case 'map':
      return `map[string]${written(type.element)}`;
    default:
      return type.name;
  }
}

function structOf({ name, description, fields }: GoStruct): string {
  return `${comment(sentence(name, description))}\ntype ${name} struct {\n${fields.map(fieldOf).join('\n')}\n}`;
}

function fieldOf({ name, json, type, isOptional, description }: GoField): string {
  const tag = `\`json:"${json}${isOptional ? ',omitempty' : ''}"\``;
  return `${comment(description, '\t')}\n\t${name} ${written(type)} ${tag}`;
}

function enumOf({ name, description, values }: GoEnum): string {
  const constants = values.map((value) => [`${name}${value}`, name, `= "${value}"`]);
  return `${comment(sentence(name, description))}\ntype ${name} string\n\n// Values of ${name}.\nconst (\n${aligned(constants)}\n)`;
}

/** A doc comment of Go begins with the name of the type. */
function sentence(name: string, description: string): string {
  const hasArticle = /^(The|A|An|One|How|Why) /.test(description);
  return `${name} is ${hasArticle ? '' : 'a '}${description.charAt(0).toLowerCase()}${description.slice(1)}`;
}

function comment(text: string, indent = ''): string {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = `${lines.at(-1) ?? ''} ${word}`;
    if (line.length + indent.length * 4 <= 118) lines[lines.length - 1] = line;
    else lines.push(` ${word}`);
  }
  return lines.map((line) => `${indent}//${line}`).join('\n');
}

/** Rows of a const block with aligned columns, as gofmt has them. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `\t${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join(' ')
          .trimEnd()}`,
    )
    .join('\n');
}
