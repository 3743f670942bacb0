// Tells Stryker which texts it need not change: what a log line says, and what a Symbol is called.
import type { Ignorer } from '@stryker-mutator/api/ignore';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** As much of a Babel path as is read here. */
interface Path {
  readonly type: string;
  readonly parent?: { readonly type: string; readonly callee?: Callee };
}

interface Callee {
  readonly name?: string;
  readonly object?: { readonly name?: string; readonly property?: { readonly name?: string } };
}

const prose: Ignorer = {
  shouldIgnore({ type, parent }: Path) {
    if ((type !== 'StringLiteral' && type !== 'TemplateLiteral') || parent?.type !== 'CallExpression') return undefined;
    const { name, object } = parent.callee ?? {};
    if (name === 'Symbol') return 'the description of a Symbol';
    return object?.name === 'log' || object?.property?.name === 'log' ? 'a log message' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'prose', prose)];
