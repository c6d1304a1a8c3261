import { choice, figure, graph, heat, page, stack, states } from './panels.ts'

const PACE = '[$__rate_interval]'
const stageSeconds = (stage: string) => `waystation_stage_seconds_bucket{stage="${stage}"}`

const quantile = (share: number, buckets: string, by = 'le'): string =>
  `histogram_quantile(${share}, sum by (${by}) (rate(${buckets}${PACE})))`

const quantiles = (buckets: string): [string, string][] => [
  [quantile(0.5, buckets), 'p50'],
  [quantile(0.95, buckets), 'p95'],
  [quantile(0.99, buckets), 'p99'],
]

const paceOf = (counter: string, ...labels: string[]): [string, string] => [
  `sum by (${labels.join(', ')}) (rate(waystation_${counter}_total${PACE}))`,
  labels.map(label => `{{${label}}}`).join(' '),
]

/** What happened in the time that is shown, where it may never have happened. */
const sumOf = (selector: string): string => `sum(increase(${selector}[$__range])) or vector(0)`

/** Of one process each. */
const ofProcesses = (metric: string) => `waystation_${metric}{service=~"$service"}`

export const service = page('Service', [choice('service', 'label_values(up{job="waystation"}, service)')], {
  Now: [
    figure('Alerts that fire', 'short', 'count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)', 1),
    figure('Messages', 'mps', `sum(rate(waystation_messages_received_total${PACE}))`),
    figure('Oldest question', 's', 'waystation:inbox_oldest:seconds', 60),
    figure('Oldest answer', 's', 'waystation:outbox_oldest:seconds', 60),
    figure('Our own time of a reply', 's', 'waystation:own_time:seconds_mean5m', 2),
    figure('Dead letters', 'short', 'waystation:dead_letters:depth', 1),
  ],
  Promises: [
    graph('Burn rate, 1 h', 'short', ['waystation:burn:rate1h', '{{slo}}']),
    graph('Burn rate, 6 h', 'short', ['waystation:burn:rate6h', '{{slo}}']),
    graph('What went wrong, 1 h', 'percentunit', ['waystation:bad:ratio1h', '{{slo}}']),
    states('Alerts', ['max by (alertname) (ALERTS{alertstate="firing"})', '{{alertname}}']).span(24),
  ],
  Traffic: [
    stack('Messages', 'mps', paceOf('messages_received', 'channel')),
    stack('Replies', 'mps', paceOf('replies_delivered', 'channel', 'outcome')),
    stack('Parts of replies', 'mps', paceOf('parts', 'channel', 'outcome')),
    graph('Refused', 'cps', paceOf('messages_rejected', 'channel', 'reason')),
    graph('Ignored', 'cps', paceOf('updates_ignored', 'channel', 'reason')),
    graph(
      'Sent again, edited, taken back',
      'cps',
      [paceOf('messages_duplicated', 'channel')[0], '{{channel}} sent again'],
      paceOf('messages_amended', 'channel', 'outcome'),
      paceOf('messages_recalled', 'channel', 'outcome'),
    ),
    graph('Votes in the time shown', 'short', [
      'sum by (channel, vote) (increase(waystation_votes_total[$__range]))',
      '{{channel}} {{vote}}',
    ]).span(6),
    graph('What Telegram has yet to post', 'short', [
      'max by (bot) (waystation_telegram_webhook_pending_updates)',
      '{{bot}}',
    ]).span(6),
    graph('Notices of alerts', 'cps', paceOf('alert_notices', 'receiver', 'outcome')).span(6),
    graph('Alerts that wait', 'short', ['max by (receiver) (waystation_alert_notices_depth)', '{{receiver}}']).span(6),
  ],
  Stages: [
    heat('Until taken', stageSeconds('taken')),
    heat('From taken to the first token', stageSeconds('first_token')),
    heat('From taken to the whole answer', stageSeconds('committed')),
    heat('From arrival to delivery', stageSeconds('delivered')),
    graph('From arrival to delivery', 's', ...quantiles(stageSeconds('delivered'))),
    graph('Until taken', 's', ...quantiles(stageSeconds('taken'))),
    graph('Each stage, p95', 's', [quantile(0.95, 'waystation_stage_seconds_bucket', 'le, stage'), '{{stage}}']),
  ],
  Queues: [
    graph(
      'Age of the oldest',
      's',
      ['waystation:inbox_oldest:seconds', 'question'],
      ['waystation:outbox_oldest:seconds', 'answer'],
    ),
    graph(
      'What waits',
      'short',
      ['max(waystation_inbox_depth)', 'questions'],
      ['max(waystation_outbox_depth)', 'answers'],
    ),
    graph(
      'Conversations that wait',
      'short',
      ['max(waystation_inbox_conversations)', 'for an answer'],
      ['max(waystation_outbox_conversations)', 'for a delivery'],
    ),
    stack('Attempts at turns', 'cps', paceOf('turns', 'outcome')),
    graph('Tried again', 'cps', paceOf('retries', 'stage', 'reason')),
    graph('Dead letters', 'cps', paceOf('dead_letters', 'kind', 'reason')),
  ],
  Models: [
    stack('Who should answer', 'cps', paceOf('routes', 'tier', 'reason')),
    stack('Who answered', 'cps', [
      `sum by (tier, endpoint) (rate(waystation_model_calls_total{outcome="answered"}${PACE}))`,
      '{{tier}} {{endpoint}}',
    ]),
    graph('Calls that failed', 'cps', [
      `sum by (endpoint, outcome) (rate(waystation_model_calls_total{outcome!="answered"}${PACE}))`,
      '{{endpoint}} {{outcome}}',
    ]),
    heat('Time for a whole answer', 'waystation_model_call_seconds_bucket'),
    graph(
      'Time for a whole answer',
      's',
      [quantile(0.5, 'waystation_model_call_seconds_bucket', 'le, endpoint'), '{{endpoint}} p50'],
      [quantile(0.95, 'waystation_model_call_seconds_bucket', 'le, endpoint'), '{{endpoint}} p95'],
      [quantile(0.99, 'waystation_model_call_seconds_bucket', 'le, endpoint'), '{{endpoint}} p99'],
    ).span(12),
    stack('Tokens', 'cps', paceOf('tokens', 'model', 'kind')),
    graph('Cost by the hour, in the currency of the prices', 'short', [
      `3600 * sum by (tier, model) (rate(waystation_cost_total${PACE}))`,
      '{{tier}} {{model}}',
    ]),
    figure('Cost in the time shown', 'short', sumOf('waystation_cost_total')).span(8).height(8),
    graph('From the cache', 'percentunit', [
      `(sum(rate(waystation_cache_total{outcome="hit"}${PACE})) or vector(0)) / sum(rate(waystation_cache_total${PACE}))`,
      'hits',
    ]),
    graph('Summaries', 'cps', paceOf('folds', 'outcome')),
    graph('Refused over a budget', 'cps', [`sum(rate(waystation_turns_total{outcome="refused"}${PACE}))`, 'questions']),
    graph('Budgets used', 'percentunit', ['max by (budget) (waystation_budget_used_ratio)', '{{budget}}']),
    states('Breakers that are open', ['max by (endpoint) (waystation_breaker_open)', '{{endpoint}}']).span(8),
    graph('Breakers that opened and closed', 'cps', paceOf('breaker_changes', 'endpoint', 'outcome')),
  ],
  Processes: [
    graph('That run', 'short', ['sum by (service) (up{job="waystation", service=~"$service"})', '{{service}}']),
    graph('Versions', 'short', [
      `count by (version, revision) (${ofProcesses('build_info')})`,
      '{{version}} {{revision}}',
    ]),
    figure('Errors nobody expected', 'short', sumOf('waystation_errors_total'), 1).height(8),
    figure('Settings refused', 'short', sumOf('waystation_settings_changes_total{outcome="refused"}'), 1).height(8),
    stack('CPU', 'percentunit', [
      `sum by (service) (rate(${ofProcesses('process_cpu_seconds_total')}${PACE}))`,
      '{{service}}',
    ]),
    stack('Memory', 'bytes', [`sum by (service) (${ofProcesses('process_resident_memory_bytes')})`, '{{service}}']),
    graph('Heap', 'bytes', [`max by (service) (${ofProcesses('nodejs_heap_size_used_bytes')})`, '{{service}}']),
    graph('Lag of the event loop, p99', 's', [
      `max by (service) (${ofProcesses('nodejs_eventloop_lag_p99_seconds')})`,
      '{{service}}',
    ]),
    graph('Open files and connections', 'short', [
      `max by (service) (${ofProcesses('process_open_fds')})`,
      '{{service}}',
    ]),
    graph('Garbage collection', 'percentunit', [
      `sum by (service) (rate(${ofProcesses('nodejs_gc_duration_seconds_sum')}${PACE}))`,
      '{{service}}',
    ]),
  ],
})
