import { isDeepStrictEqual } from 'node:util';
import { isRecord, type JsonRecord } from '../../../src/kubernetes/json.ts';
import type { Component } from './components.ts';
import { anyOf, noneOf, type Conditional } from './condition.ts';
import { Expression, plain, type Node } from './node.ts';

/** A value as one component makes it; undefined if the component removes it. */
export interface Variant {
  readonly component: Component;
  readonly value: unknown;
}

/**
 * Merges the variants of a value into one template that renders each of them, and those of components that are enabled
 * together.
 *
 * @param base the value without components; undefined if it is added by one
 */
export function merge(base: unknown, variants: readonly Variant[]): Conditional<Node> {
  const changed = variants.filter(({ value }) => !isDeepStrictEqual(value, base));
  const present = changed.filter(({ value }) => value !== undefined);
  const names = (some: readonly Variant[]) => some.map(({ component }) => component);
  if (base === undefined) return { when: anyOf(names(present)), value: mergeAdded(present) };
  const removed = changed.filter(({ value }) => value === undefined);
  return { when: noneOf(names(removed)), value: mergePresent(base, present) };
}

function mergeAdded(variants: readonly Variant[]): Node {
  const [first, ...others] = variants;
  if (others.every(({ value }) => isDeepStrictEqual(value, first?.value))) return plain(first?.value);
  if (variants.every(({ value }) => isObject(value))) return mergePresent({}, variants);
  if (variants.every(({ value }) => Array.isArray(value))) return mergePresent([], variants);
  return choose(plain(first?.value), others);
}

function mergePresent(base: unknown, variants: readonly Variant[]): Node {
  if (variants.length === 0) return plain(base);
  const values = [base, ...variants.map(({ value }) => value)];
  if (values.every(isObject)) return mergeMaps(base, variants);
  if (values.every(Array.isArray)) return mergeLists(base, variants);
  return choose(plain(base), variants);
}

/** Of components that set the same field, the last wins, as in kustomize. */
function choose(otherwise: Node, variants: readonly Variant[]): Node {
  const reversed = variants.toReversed();
  const cases = reversed.flatMap(({ value }, index) => {
    if (index > 0 && isDeepStrictEqual(value, reversed[index - 1]?.value)) return [];
    const others = reversed.slice(index).findIndex((other) => !isDeepStrictEqual(other.value, value));
    const same = reversed.slice(index, others === -1 ? undefined : index + others);
    return [{ when: anyOf(same.map(({ component }) => component).toReversed()), value: plain(value) }];
  });
  return { type: 'choice', cases, otherwise };
}

function mergeMaps(base: unknown, variants: readonly Variant[]): Node {
  const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
  const all = [base, ...variants.map(({ value }) => value)].filter((value) => isRecord(value));
  const keys = new Set(all.flatMap((value: JsonRecord) => Object.keys(value)));
  const entries = [...keys].map((key) => {
    const ofKey = variants.map(({ component, value }) => ({ component, value: at(value, key) }));
    return [key, merge(at(base, key), ofKey)] as const;
  });
  return { type: 'map', entries: new Map(entries) };
}

function mergeLists(base: unknown, variants: readonly Variant[]): Node {
  const items: readonly unknown[] = Array.isArray(base) ? base : [];
  const aligned = variants.map(({ component, value }) => ({
    component,
    ...align(items, Array.isArray(value) ? value : []),
  }));
  const insertionsAfter = (index: number) =>
    insertions(
      aligned.flatMap(({ component, inserted }) =>
        inserted.filter(({ after }) => after === index).map(({ value }) => ({ component, value })),
      ),
    );
  const merged = items.flatMap((item, index) => [
    merge(
      item,
      aligned.map(({ component, kept }) => ({ component, value: kept.get(index) })),
    ),
    ...insertionsAfter(index),
  ]);
  // kustomize puts what a component adds before what is there, so the last comes first.
  return { type: 'list', items: [...insertionsAfter(-1).toReversed(), ...merged] };
}

/** Elements that components add at one place; the same element of several components is added once. */
function insertions(added: readonly Variant[]): Conditional<Node>[] {
  const distinct = added.filter(
    ({ value }, index) => added.findIndex((other) => isDeepStrictEqual(other.value, value)) === index,
  );
  return distinct.map(({ value }) => {
    const by = added.filter((other) => isDeepStrictEqual(other.value, value)).map(({ component }) => component);
    return { when: anyOf(by), value: plain(value) };
  });
}

/** How a list differs from the base's. */
interface Alignment {
  /** By index in the base. */
  readonly kept: ReadonlyMap<number, unknown>;
  readonly inserted: readonly { readonly after: number; readonly value: unknown }[];
}

/** Aligns lists by the identity of their elements, or by index if nothing was added or removed. */
function align(base: readonly unknown[], list: readonly unknown[]): Alignment {
  const kept = new Map<number, unknown>();
  const inserted: { after: number; value: unknown }[] = [];
  const identities = base.map(identityOf);
  let after = -1;
  for (const [index, value] of list.entries()) {
    const found = identities.indexOf(identityOf(value), after + 1);
    const isRenamed = found === -1 && base.length === list.length;
    if (found === -1 && !isRenamed) {
      inserted.push({ after, value });
    } else {
      after = isRenamed ? index : found;
      kept.set(after, value);
    }
  }
  return { kept, inserted };
}

/** Merge keys of the lists in our manifests. */
function identityOf(value: unknown): string {
  if (!isRecord(value)) return JSON.stringify(value);
  const key = value['name'] ?? value['topologyKey'];
  return typeof key === 'string' ? key : JSON.stringify(value);
}

function isObject(value: unknown): boolean {
  return isRecord(value) && !(value instanceof Expression);
}
