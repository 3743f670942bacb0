import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const crdFile = new URL('../../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml', import.meta.url);

/** A CEL rule with its message. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** The subset of OpenAPI v3 that the CRD uses. */
export interface Schema {
  type: 'object' | 'string' | 'number' | 'integer' | 'boolean' | 'array';
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  items?: Schema;
  enum?: string[];
  default?: unknown;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-validations'?: CelRule[];
}

interface CustomResourceDefinition {
  spec: {
    group: string;
    names: { kind: string; plural: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema }; selectableFields: { jsonPath: string }[] }[];
  };
}

/** The custom resource, as the CRD defines it. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Paths such as `status.phase`, by which field selectors can select. */
  readonly selectableFields: readonly string[];
  readonly schema: Schema;
}

/** WorkflowExecution from the CRD. */
export function readCrd(): CustomResource {
  const crd: CustomResourceDefinition = parse(readFileSync(crdFile, 'utf8')) as CustomResourceDefinition; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- our own file, not data from outside
  const { group, names, versions } = crd.spec;
  const [version] = versions;
  if (version === undefined) throw new Error(`${crdFile.pathname} has no version`);
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    selectableFields: version.selectableFields.map(({ jsonPath }) => jsonPath.slice(1)),
    schema: version.schema.openAPIV3Schema,
  };
}

/** A property of an object schema. Throws if it does not exist. */
export function property(schema: Schema, ...path: string[]): Schema {
  return path.reduce((at, name) => {
    const next = at.properties?.[name];
    if (next === undefined) throw new Error(`the schema has no property ${path.join('.')}`);
    return next;
  }, schema);
}
