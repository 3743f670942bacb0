// jest-circus tests with unique names.
import { TestStatus, type TestResult } from '@stryker-mutator/api/test-runner';
import { getState, type State } from 'jest-circus';

type Block = State['rootDescribeBlock'];
type Child = Block['children'][number];

/** A declared test. */
export type Test = Extract<Child, { type: 'test' }>;

const ids = new WeakMap<Test, string>();

/** All declared tests in order of execution. */
export function declaredTests(block: Block = getState().rootDescribeBlock): readonly Test[] {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : declaredTests(child)));
}

/**
 * Gives each test that is new since `before` an id: its spec and a number. Names may differ between loads if they contain a
 * stack.
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

/** The spec of an id. */
export function specOf(id: string): string {
  return id.slice(0, id.indexOf('#'));
}

/** The result of a test in Stryker's format. */
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

/** jest-circus records an error with its location, or alone. */
function textOf(error: unknown): string {
  const [first] = Array.isArray(error) ? (error as readonly unknown[]) : [error]; // eslint-disable-line @typescript-eslint/consistent-type-assertions -- Array.isArray gives any[]
  return first instanceof Error ? first.message : String(first);
}
