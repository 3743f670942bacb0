import { parser } from '@prometheus-io/lezer-promql';

/** A series selector of a query. */
export interface Selector {
  readonly metric: string;
  /** Labels that it matches. */
  readonly labels: readonly string[];
}

/** Labels by which a query groups or joins. */
export interface Grouping {
  readonly labels: readonly string[];
  readonly of: readonly Selector[];
}

/** Selectors and groupings of a query. */
export interface Query {
  readonly selectors: readonly Selector[];
  readonly groupings: readonly Grouping[];
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/**
 * Parses PromQL with Prometheus' grammar for editors. Grafana's duration variables are allowed.
 *
 * @throws SyntaxError if invalid
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
  // Grouping labels are in a modifier next to the expression.
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

/** A node with its descendants. */
function nodes(node: Node): Node[] {
  const all: Node[] = [];
  node.cursor().iterate((one) => void all.push(one.node));
  return all;
}
