import { isRecord } from '../../../src/kubernetes/json.ts';
import type { Conditional, Condition } from './condition.ts';

/** A scalar of YAML. */
export type Scalar = string | number | boolean | null;

/** A Go template action in place of a value. */
export class Expression {
  readonly text: string;
  /** Whether it yields lines of YAML, to be indented, instead of a scalar. */
  readonly block: boolean;

  constructor(text: string, { block = false } = {}) {
    this.text = text;
    this.block = block;
  }
}

/** A part of a template. */
export type Node =
  | { readonly type: 'scalar'; readonly value: Scalar }
  | { readonly type: 'expression'; readonly value: Expression }
  | { readonly type: 'map'; readonly entries: ReadonlyMap<string, Conditional<Node>> }
  | { readonly type: 'list'; readonly items: readonly Conditional<Node>[] }
  | { readonly type: 'choice'; readonly cases: readonly Case[]; readonly otherwise: Node };

/** An alternative of a choice. */
export interface Case {
  readonly when: Condition;
  readonly value: Node;
}

/** The node of a value that does not depend on anything. */
export function plain(value: unknown): Node {
  if (value instanceof Expression) return { type: 'expression', value };
  if (Array.isArray(value)) return { type: 'list', items: value.map((item) => ({ value: plain(item) })) };
  if (isRecord(value)) {
    return { type: 'map', entries: new Map(Object.entries(value).map(([key, item]) => [key, { value: plain(item) }])) };
  }
  return { type: 'scalar', value: scalarOf(value) };
}

function scalarOf(value: unknown): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new TypeError(`a manifest has a value of type ${typeof value}`);
}

/** A copy of a map with one entry changed; the path leads through maps. */
export function change(
  node: Node,
  [key = '', ...rest]: readonly string[],
  how: (entry: Conditional<Node> | undefined) => Conditional<Node>,
): Node {
  if (node.type !== 'map') throw new TypeError(`${key} is looked up in a ${node.type}`);
  const entry = node.entries.get(key);
  if (rest.length > 0 && entry === undefined) throw new Error(`there is no ${key}`);
  const changed =
    entry !== undefined && rest.length > 0 ? { ...entry, value: change(entry.value, rest, how) } : how(entry);
  return { ...node, entries: new Map([...node.entries, [key, changed]]) };
}
