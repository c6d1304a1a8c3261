import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'

/** Of provisioning/datasources/prometheus.yml. */
const SOURCE = { type: 'prometheus', uid: 'prometheus' }

type Panel = stat.PanelBuilder | timeseries.PanelBuilder | heatmap.PanelBuilder | statetimeline.PanelBuilder

/** What is asked, and how each of its lines is called: `{{channel}}`. */
type Query = [expr: string, name: string]

const query = ([expr, name]: Query, index: number) =>
  new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode(65 + index))
    .expr(expr)
    .legendFormat(name)
    .range()

/** One number of now with its recent past; red from `tooMuch` on. */
export const figure = (title: string, unit: string, expr: string, tooMuch?: number) =>
  new stat.PanelBuilder()
    .title(title)
    .unit(unit)
    .datasource(SOURCE)
    .span(4)
    .height(4)
    .withTarget(query([expr, title], 0))
    .graphMode(common.BigValueGraphMode.Area)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .thresholds(
      new dashboard.ThresholdsConfigBuilder()
        .mode(dashboard.ThresholdsMode.Absolute)
        .steps([{ value: null, color: 'green' }, ...(tooMuch === undefined ? [] : [{ value: tooMuch, color: 'red' }])]),
    )

/** Lines over time. */
export const graph = (title: string, unit: string, ...queries: Query[]) =>
  new timeseries.PanelBuilder()
    .title(title)
    .unit(unit)
    .datasource(SOURCE)
    .span(8)
    .height(8)
    .targets(queries.map(query))
    .min(0)
    .fillOpacity(10)
    .showPoints(common.VisibilityMode.Never)
    .legend(new common.VizLegendOptionsBuilder().showLegend(true))
    .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi))

/** Parts of a whole over time. */
export const stack = (...of: Parameters<typeof graph>) =>
  graph(...of)
    .fillOpacity(40)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal))

/** How the buckets of a histogram of seconds fill over time. */
export const heat = (title: string, buckets: string) =>
  new heatmap.PanelBuilder()
    .title(title)
    .unit('s')
    .datasource(SOURCE)
    .span(12)
    .height(8)
    .withTarget(
      query([`sum by (le) (increase(${buckets}[$__rate_interval]))`, '{{le}}'], 0)
        .format(prometheus.PromQueryFormat.Heatmap)
        .exemplar(true),
    )
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .steps(64)
        .exponent(0.5),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().unit('s'))
    .showLegend()

/** When which of them was so: 1, and when not: 0. */
export const states = (title: string, ...queries: Query[]) =>
  new statetimeline.PanelBuilder()
    .title(title)
    .unit('bool_yes_no')
    .datasource(SOURCE)
    .span(12)
    .height(8)
    .targets(queries.map(query))
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .thresholds(
      new dashboard.ThresholdsConfigBuilder().mode(dashboard.ThresholdsMode.Absolute).steps([
        { value: null, color: 'green' },
        { value: 1, color: 'red' },
      ]),
    )

/** A choice among the values of a label, all at first. */
export const choice = (name: string, values: string) =>
  new dashboard.QueryVariableBuilder(name)
    .datasource(SOURCE)
    .query({ query: values, refId: name })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] })

/** Rows of panels, which are numbered through: Grafana finds a panel by its number. */
export function page(title: string, variables: dashboard.QueryVariableBuilder[], rows: Record<string, Panel[]>) {
  const uid = `waystation-${title.toLowerCase()}`
  const built = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .tags(['waystation'])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .variables(variables)
    .link(
      new dashboard.DashboardLinkBuilder('Waystation')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags(['waystation'])
        .keepTime(true),
    )
  let id = 0
  for (const [name, panels] of Object.entries(rows)) {
    id += 1
    built.withRow(new dashboard.RowBuilder(name).id(id))
    for (const panel of panels) {
      id += 1
      built.withPanel(panel.id(id))
    }
  }
  return built.build()
}
