// Excludes log messages and Symbol descriptions from mutation.
import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** The part of a Babel path that is used here. */
interface Path {
  readonly type: string;
  readonly parent?: { readonly type: string; readonly callee?: Callee };
}

interface Callee {
  readonly name?: string;
  readonly object?: { readonly name?: string; readonly property?: { readonly name?: string } };
}

/** The plugin for Stryker's options. */
export const textIgnorer = { name: 'text', file: import.meta.filename } as const;

const ignorer: Ignorer = {
  shouldIgnore({ type, parent }: Path) {
    if ((type !== 'StringLiteral' && type !== 'TemplateLiteral') || parent?.type !== 'CallExpression') return undefined;
    const { name, object } = parent.callee ?? {};
    if (name === 'Symbol') return 'the description of a Symbol';
    return object?.name === 'log' || object?.property?.name === 'log' ? 'a log message' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, textIgnorer.name, ignorer)];
