import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { format } from 'prettier';
import type { Plot } from '../harness/bench.ts';

/** Colours that are told apart by everybody: https://jfly.uni-koeln.de/color/ (Okabe and Ito). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'];

/** What fits into the width of a picture, of the names of its series. */
const charactersOfLine = 90;

/** A plot as an SVG picture. The same values always give the same bytes. */
export async function draw(plot: Plot): Promise<string> {
  resetSVGDefIds();
  const view = new View(parse(compile(specOf(plot)).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return format(svg, { parser: 'html', printWidth: 120 });
}

function specOf({ title, kind, x, y, series }: Plot): TopLevelSpec {
  const values = series.flatMap(({ name, points }) => points.map(([at, value]) => ({ series: name, x: at, y: value })));
  const isBars = kind === 'bars';
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...{ title, width: 640, height: 260, background: 'white', padding: 12 },
    data: { values },
    mark: isBars ? { type: 'bar' } : kind === 'lines' ? { type: 'line', strokeWidth: 2 } : { type: 'point', size: 14 },
    encoding: {
      x: isBars
        ? {
            field: 'x',
            type: 'nominal',
            sort: null,
            axis: { title: x.label, labelAngle: angleOf(values), labelLimit: 0 },
          }
        : { field: 'x', type: 'quantitative', scale: { type: x.scale ?? 'linear' }, axis: { title: x.label } },
      ...(isBars && series.length > 1 ? { xOffset: { field: 'series', sort: null } } : {}),
      y: { field: 'y', type: 'quantitative', scale: { type: y.scale ?? 'linear' }, axis: { title: y.label } },
      color: {
        ...{ field: 'series', type: 'nominal', sort: null, scale: { range: colours } },
        legend: series.length > 1 ? { title: null, orient: 'bottom', labelLimit: 0, columns: columnsOf(series) } : null,
      },
    },
    config: { font: 'Helvetica, Arial, sans-serif', view: { stroke: null }, axis: { gridColor: '#e5e5e5' } },
  };
}

/** In one line, unless the names are too long for that. */
function columnsOf(series: Plot['series']): number {
  const characters = series.reduce((sum, { name }) => sum + name.length, 0);
  return characters > charactersOfLine ? 2 : series.length;
}

/** Long names of bars lean. */
function angleOf(values: readonly { readonly x: number | string }[]): number {
  return values.some(({ x }) => String(x).length > 12) ? -30 : 0;
}
