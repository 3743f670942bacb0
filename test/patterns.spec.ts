import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { requestIdRule } from '../src/api/executions/new-execution.ts';
import { dnsLabel, dnsSubdomain } from '../src/api/resource/names.ts';
import { arrayOf, isRecord, recordOf } from '../src/kubernetes/json.ts';
import '../src/api/executions/create-workflow-execution.dto.ts';
import '../src/api/executions/requests.ts';
import '../src/api/logs/logs.dto.ts';
import '../src/api/resource/parameters.dto.ts';
import '../src/api/watch/watch.dto.ts';
import { credentialPatterns } from '../src/workflow-execution/secret-parameters.ts';
import { textViolation, type TextRule } from '../src/api/validation/validators.ts';

const mebibyte = 1024 * 1024;

/** A linear pattern takes some milliseconds for 1 MiB, a quadratic one many minutes. */
const mostMs = 3_000;

/**
 * Characters that move a pattern of names, references, targets or durations from one part to the next, and one invalid one.
 */
const alphabet = ['a', 'A', '0', 'm', '-', '.', '_', ':', '/', '[', '@', '$', ' ', '\u0000', 'é'];
/** Prefixes of credentials. */
const words = ['key', 'pass=', 'auth"', 'eyJ', 'eyJaaaaaaaa.', 'sk-', 'hooks.', 'bearer ', 'SG.', '-----BEGIN '];
/** Text before and inside of them. */
const parts = ['--key', '-u ', 'key:', 'key="\\', 'key=[', 'key>', 'key\\"', '\\'];
const pumps = [
  ...alphabet,
  ...alphabet.flatMap((first) => alphabet.map((second) => first + second)),
  ...words,
  ...parts,
];
const prefixes = ['', ...alphabet, 'a.', 'a/', 'a:', 'a@', '1.', '[a'];

const matches = /matches\('((?:[^'\\]|\\.)*)'\)/g;
const crd = readFileSync(
  new URL('../crds/workflowexecution.kubernaut.ai_workflowexecutions.yaml', import.meta.url),
  'utf8',
);
const crdPatterns = [...crd.matchAll(matches)].map(([, literal = '']) => sourceOf(literal.replaceAll('\\\\', '\\')));

const rules = validators('isText').filter((rule): rule is TextRule => isRecord(rule) && 'maxLength' in rule);
const requestPatterns = rules.flatMap(({ pattern }) => pattern?.source ?? []);
const anchored = [
  ...crdPatterns,
  ...requestPatterns,
  ...[dnsLabel, dnsSubdomain, requestIdRule].map(({ pattern }) => pattern.source),
];
const patterns = [
  ...[...new Set(anchored)].map((source) => new RegExp(source, 'u')),
  ...credentialPatterns.map(({ source, flags }) => new RegExp(source, flags.replace('g', ''))),
];

/** The pattern in JavaScript notation. */
function sourceOf(pattern: string): string {
  return new RegExp(pattern, 'u').source;
}

/** Arguments of a validator in all request classes. */
function validators(name: string): unknown[] {
  const { validationMetadatas } = recordOf(getMetadataStorage());
  const decorators = validationMetadatas instanceof Map ? [...validationMetadatas.values()].flatMap(arrayOf) : [];
  return decorators.map(recordOf).flatMap((one) => (one['name'] === name ? arrayOf(one['constraints']) : []));
}

/** Worst-case strings of 1 MiB for a pattern, extrapolated from short ones. */
function worstTexts(pattern: RegExp): string[] {
  const kinds = prefixes.flatMap((prefix) => pumps.map((pump) => ({ prefix, pump, ms: msOf(pattern, prefix, pump) })));
  const slowest = kinds.sort((a, b) => b.ms - a.ms).slice(0, 5);
  return slowest.map(({ prefix, pump }) => textOf(prefix, pump, mebibyte));
}

function msOf(pattern: RegExp, prefix: string, pump: string): number {
  const text = textOf(prefix, pump, 700);
  // The minimum of several runs: the first ones compile the pattern, and any may be interrupted.
  const all = Array.from({ length: 5 }, () => {
    const begun = performance.now();
    pattern.test(text);
    return performance.now() - begun;
  });
  return Math.min(...all);
}

function textOf(prefix: string, pump: string, length: number): string {
  return `${prefix}${pump.repeat(length / pump.length)}\u0001`;
}

/** Whether a pattern finishes in the time that only a super-linear pattern exceeds. */
function isDone({ source, flags }: RegExp, text: string): boolean {
  const context = createContext({ source, flags, text });
  try {
    runInContext('new RegExp(source, flags).test(text)', context, { timeout: mostMs });
    return true;
  } catch (error) {
    if (String(error).includes('timed out')) return false;
    throw error;
  }
}

describe('a pattern on 1 MiB of its worst-case text', () => {
  it.each(patterns)('%s takes linear time', (pattern) => {
    expect(
      worstTexts(pattern)
        .find((text) => !isDone(pattern, text))
        ?.slice(0, 8),
    ).toBeUndefined();
  });

  it('detects super-linear time', () => {
    const quadratic = /^\[[a-f:]*:[a-f:]*\]$/;
    expect(worstTexts(quadratic).every((text) => isDone(quadratic, text))).toBe(false);
  });
});

describe('a rule on a text', () => {
  it('is only applied after the length is checked', () => {
    expect(requestPatterns.length).toBeGreaterThan(8);
    expect(validators('matches')).toEqual([]);
  });

  it.each(rules)('rejects 1 MiB by length: %j', (rule) => {
    expect(textViolation('a'.repeat(mebibyte), rule)).toMatch(/^must be .*\d+ characters long$/);
  });
});
