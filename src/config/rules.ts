import { dnsLabel, isName } from '../kubernetes/dns-names.ts';
import { parseDurationMs } from '../workflow-execution/duration.ts';
import {
  parseBundlePattern,
  parseServiceAccountPattern,
  type BundlePattern,
  type ServiceAccountPattern,
} from '../workflow-execution/policy.ts';

/** How the text of a setting is parsed. */
export interface Rule<T> {
  /** What is allowed, completing the sentence "X must be …". */
  readonly allowed: string;
  /** The value; undefined if the text breaks the rule. */
  parse(text: string): T | undefined;
}

/** A setting: an environment variable, its rule, default and description. */
export interface Setting<T> {
  readonly variable: `WFE_${string}`;
  readonly rule: Rule<T>;
  /** The text that is parsed if the variable is not set. */
  readonly default: string;
  readonly description: string;
}

/** A setting in one line. */
export function setting<T>(
  variable: Setting<T>['variable'],
  rule: Rule<T>,
  default_: string,
  description: string,
): Setting<T> {
  return { variable, rule, default: default_, description };
}

/** The address of a server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export const address: Rule<Address> = {
  allowed: 'host:port with a port from 1 to 65535 (127.0.0.1:8080, [::1]:8080)',
  parse(text) {
    const { bracketed, plain, port } =
      /^(?:\[(?<bracketed>[0-9a-fA-F:]+)\]|(?<plain>[^:[\]\s]+)):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
    const host = bracketed ?? plain;
    return host === undefined || Number(port) < 1 || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
  },
};

const loopbackHosts = /^(127(\.\d{1,3}){3}|localhost|::1)$/;

/** Whether an address is on the loopback interface. */
export function isLoopback({ host }: Address): boolean {
  return loopbackHosts.test(host);
}

/** A Go duration between two Go durations, in milliseconds. */
export function duration(shortest: string, longest: string): Rule<number> {
  const [min, max] = [parseDurationMs(shortest) ?? NaN, parseDurationMs(longest) ?? NaN];
  return {
    allowed: `a duration from ${shortest} to ${longest} (90s, 5m, 1h30m)`,
    parse(text) {
      const parsed = parseDurationMs(text);
      return parsed !== undefined && parsed >= min && parsed <= max ? parsed : undefined;
    },
  };
}

/** A {@link duration} of whole seconds, in milliseconds. */
export function wholeSeconds(shortest: string, longest: string): Rule<number> {
  const any = duration(shortest, longest);
  return {
    allowed: any.allowed.replace(' (', ' in whole seconds ('),
    parse(text) {
      const parsed = any.parse(text);
      return parsed !== undefined && parsed % 1000 === 0 ? parsed : undefined;
    },
  };
}

/** An integer between two others. */
export function integer(min: number, max: number): Rule<number> {
  return {
    allowed: `a whole number from ${min} to ${max}`,
    parse(text) {
      const parsed = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
      return parsed >= min && parsed <= max ? parsed : undefined;
    },
  };
}

/** One of several words. */
export function oneOf<const T extends string>(...words: readonly T[]): Rule<T> {
  return { allowed: `one of ${words.join(', ')}`, parse: (text) => words.find((word) => word === text) };
}

/** One or more of several words, separated by commas, in any order. */
export function someOf<const T extends string>(...words: readonly T[]): Rule<readonly T[]> {
  return {
    allowed: `one or more of ${words.join(', ')}, separated by commas`,
    parse: (text) => unique(parseList(text, (item) => words.find((word) => word === item))),
  };
}

export const boolean: Rule<boolean> = {
  allowed: 'true or false',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

export const namespace: Rule<string> = {
  allowed: 'the name of a namespace',
  parse: (text) => (isName(text, dnsLabel) ? text : undefined),
};

export const namespaces: Rule<readonly string[]> = {
  allowed: 'names of namespaces separated by commas, or empty for all',
  parse: (text) => (text === '' ? [] : unique(parseList(text, namespace.parse.bind(namespace)))),
};

export const words: Rule<readonly string[]> = {
  allowed: 'words separated by commas',
  parse: (text) => unique(parseList(text, (item) => (/^\S+$/.test(item) ? item : undefined))),
};

export const file: Rule<string> = {
  allowed: 'the path of a file, or empty for none',
  parse: (text) => (text.includes('\0') ? undefined : text),
};

export const url: Rule<string> = {
  allowed: 'an http or https URL without credentials, query and fragment, or empty for none',
  parse(text) {
    if (text === '') return text;
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
    const { username, password, search, hash } = parsed;
    return [username, password, search, hash].every((part) => part === '') ? text : undefined;
  },
};

export const bundlePatterns: Rule<readonly BundlePattern[]> = {
  allowed:
    'repositories with their registry, separated by commas (`quay.io/kubernaut/*`, or `ghcr.io/acme/**` for all below), ' +
    'or `**` for any',
  parse: (text) => parseList(text, parseBundlePattern),
};

export const serviceAccountPatterns: Rule<readonly ServiceAccountPattern[]> = {
  allowed: 'pairs `namespace:name` separated by commas, with at most one `*` in each part (`*:workflow-execution-sa`)',
  parse: (text) => parseList(text, parseServiceAccountPattern),
};

/** Parses every item of a list, at least one; undefined if one is invalid. */
function parseList<T>(text: string, parse: (item: string) => T | undefined): readonly T[] | undefined {
  const items = text.split(',').map((item) => parse(item.trim()));
  const valid = items.filter((item) => item !== undefined);
  return valid.length === items.length ? valid : undefined;
}

function unique<T>(items: readonly T[] | undefined): readonly T[] | undefined {
  return items && [...new Set(items)];
}
