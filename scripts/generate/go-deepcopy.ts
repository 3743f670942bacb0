import type { CustomResource } from './crd.ts';
import { goTypes, type GoField, type GoStruct, type GoType } from './go-model.ts';
import { goBanner, written } from './go-types.ts';

/** The DeepCopy functions of the types, in the form of deepcopy-gen. */
export function generateGoDeepCopy(crd: CustomResource): string {
  const structs = goTypes(crd).filter((type) => type.kind === 'struct');
  const { kind, version } = crd;
  return `${goBanner}

package ${version}

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

${deepCopy(kind, ['out.TypeMeta = in.TypeMeta', 'in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)', 'in.Spec.DeepCopyInto(&out.Spec)', 'in.Status.DeepCopyInto(&out.Status)'])}

${deepCopyObject(kind)}

${deepCopy(`${kind}List`, ['out.TypeMeta = in.TypeMeta', 'in.ListMeta.DeepCopyInto(&out.ListMeta)', ...copySlice('Items', { kind: 'struct', name: kind }, structs)])}

${deepCopyObject(`${kind}List`)}

${structs.map((type) => deepCopy(type.name, copyFields(type, structs))).join('\n\n')}
`;
}

function deepCopy(name: string, statements: readonly string[]): string {
  return `// DeepCopyInto copies the receiver to out, which must not be nil.
func (in *${name}) DeepCopyInto(out *${name}) {
	*out = *in
${statements.map((line) => `\t${line}\n`).join('')}}

// DeepCopy returns a copy of the receiver; nil if that is nil.
func (in *${name}) DeepCopy() *${name} {
	if in == nil {
		return nil
	}
	out := new(${name})
	in.DeepCopyInto(out)
	return out
}`;
}

function deepCopyObject(name: string): string {
  return `// DeepCopyObject implements runtime.Object.
func (in *${name}) DeepCopyObject() runtime.Object {
	if c := in.DeepCopy(); c != nil {
		return c
	}
	return nil
}`;
}

function copyFields({ fields }: GoStruct, structs: readonly GoStruct[]): readonly string[] {
  return fields.flatMap((field) => copyField(field, structs));
}

/** The statements that copy a field beyond the assignment of the whole struct. */
function copyField({ name, type }: GoField, structs: readonly GoStruct[]): readonly string[] {
  switch (type.kind) {
    case 'scalar':
      return [];
    case 'imported':
    case 'struct':
      return isFlat(type, structs) ? [] : [`in.${name}.DeepCopyInto(&out.${name})`];
    case 'pointer':
      return guarded(name, copyPointer(type.element, structs));
    case 'slice':
      return copySlice(name, type.element, structs);
    case 'map':
      return guarded(name, [
        `*out = make(map[string]${written(type.element)}, len(*in))`,
        'for key, val := range *in {',
        '\t(*out)[key] = val',
        '}',
      ]);
  }
}

function copyPointer(element: GoType, structs: readonly GoStruct[]): readonly string[] {
  if (element.kind === 'imported') return ['*out = (*in).DeepCopy()'];
  const copy = isFlat(element, structs) ? '**out = **in' : '(*in).DeepCopyInto(*out)';
  return [`*out = new(${written(element)})`, copy];
}

function copySlice(name: string, element: GoType, structs: readonly GoStruct[]): readonly string[] {
  const isDeep = !isFlat(element, structs);
  return guarded(name, [
    `*out = make([]${written(element)}, len(*in))`,
    ...(isDeep ? ['for i := range *in {', '\t(*in)[i].DeepCopyInto(&(*out)[i])', '}'] : ['copy(*out, *in)']),
  ]);
}

function guarded(name: string, statements: readonly string[]): readonly string[] {
  return [
    `if in.${name} != nil {`,
    `\tin, out := &in.${name}, &out.${name}`,
    ...statements.map((line) => `\t${line}`),
    '}',
  ];
}

/** Whether an assignment copies the whole value. */
function isFlat(type: GoType, structs: readonly GoStruct[]): boolean {
  if (type.kind === 'scalar') return true;
  if (type.kind !== 'struct') return false;
  const struct = structs.find(({ name }) => name === type.name);
  return struct?.fields.every((field) => isFlat(field.type, structs)) ?? false;
}
