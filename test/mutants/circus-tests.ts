// The tests that jest-circus knows, by names that tell all of them apart.
import { TestStatus, type TestResult } from '@stryker-mutator/api/test-runner';
import { getState, type State } from 'jest-circus';

type Block = State['rootDescribeBlock'];
type Child = Block['children'][number];

/** A test that has been declared. */
export type Test = Extract<Child, { type: 'test' }>;

const ids = new WeakMap<Test, string>();

/** All tests that are declared now, in the order in which they run. */
export function declaredTests(block: Block = getState().rootDescribeBlock): readonly Test[] {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : declaredTests(child)));
}

/**
 * Gives the tests that are new since `before` an id each: their spec and a number. A name may differ from load to load: one
 * with an Error in it shows where that was made.
 */
export function identify(spec: string, before: readonly Test[]): void {
  const known = new Set(before);
  const added = declaredTests().filter((test) => !known.has(test));
  for (const [index, test] of added.entries()) ids.set(test, `${spec}#${index + 1}`);
}

/** The id of a test. */
export function idOf(test: Test): string {
  return ids.get(test) ?? nameOf(test);
}

/** The spec that an id belongs to. */
export function specOf(id: string): string {
  return id.slice(0, id.indexOf('#'));
}

/** How a test that has run came out, as Stryker wants to know it. */
export function resultOf(test: Test): TestResult {
  const { errors, status, duration } = test;
  const about = { id: idOf(test), name: nameOf(test), timeSpentMs: duration ?? 0 };
  if (status === 'skip' || status === 'todo') return { ...about, status: TestStatus.Skipped };
  if (errors.length === 0) return { ...about, status: TestStatus.Success };
  return { ...about, status: TestStatus.Failed, failureMessage: errors.map(textOf).join('\n') };
}

function nameOf(test: Test): string {
  const names = [String(test.name)];
  for (let { parent }: { parent?: Block } = test; parent?.parent !== undefined; parent = parent.parent) {
    names.unshift(String(parent.name));
  }
  return names.join(' ');
}

/** jest-circus notes an error with where the test is, or the error alone. */
function textOf(error: unknown): string {
  const [first] = Array.isArray(error) ? (error as readonly unknown[]) : [error]; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- Array.isArray gives any[]
  return first instanceof Error ? first.message : String(first);
}
