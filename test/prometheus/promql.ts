import { parser } from '@prometheus-io/lezer-promql';

/** Time series that a query reads. */
export interface Selector {
  readonly metric: string;
  /** The labels that it wants to have certain values. */
  readonly labels: readonly string[];
}

/** Labels by which a query groups or joins what it reads. */
export interface Grouping {
  readonly labels: readonly string[];
  readonly of: readonly Selector[];
}

/** What a query is about. */
export interface Query {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/**
 * Reads PromQL with Prometheus' own grammar for editors. What Grafana would put in for its durations may stand there still.
 *
 * @throws SyntaxError when it is none
 */
export function parseQuery(query: string): Query {
  const text = query.replaceAll('$__rate_interval', '5m');
  const { topNode } = parser.parse(text);
  const broken = nodes(topNode).find(({ type }) => type.isError);
  if (broken !== undefined) throw new SyntaxError(`no PromQL after character ${broken.from}: ${text}`);
  const textsOf = (node: Node, name: string) => named(node, name).map(({ from, to }) => text.slice(from, to));
  const selectorsOf = (node: Node): Selector[] =>
    named(node, 'VectorSelector').map((selector) => ({
      metric: textsOf(selector, 'Identifier').join(),
      labels: textsOf(selector, 'LabelName'),
    }));
  // Labels are grouped by in a modifier, and those that they can be of stand beside it.
  const groupings = [...named(topNode, 'AggregateModifier'), ...named(topNode, 'MatchingModifierClause')].map(
    (modifier) => ({
      labels: textsOf(modifier, 'LabelName'),
      of: modifier.parent === null ? [] : selectorsOf(modifier.parent),
    }),
  );
  return { selectors: selectorsOf(topNode), groupings };
}

function named(node: Node, name: string): Node[] {
  return nodes(node).filter((one) => one.name === name);
}

/** A node with all that is in it. */
function nodes(node: Node): Node[] {
  const all: Node[] = [];
  node.cursor().iterate((one) => void all.push(one.node));
  return all;
}
