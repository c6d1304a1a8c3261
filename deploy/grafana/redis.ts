import { choice, figure, graph, page, stack, states } from './panels.ts'

const PACE = '[$__rate_interval]'
const of = (metric: string) => `redis_${metric}{instance=~"$instance"}`
const paceOf = (counter: string) => `sum by (instance) (rate(${of(counter)}${PACE}))`

export const redis = page('Redis', [choice('instance', 'label_values(redis_up, instance)')], {
  Now: [
    figure('Does not answer', 'short', `count(${of('up')} == 0) or vector(0)`, 1),
    figure('Memory used', 'bytes', `max(${of('memory_used_bytes')})`),
    figure('Keys', 'short', `sum(${of('db_keys')})`),
    figure('Commands', 'ops', `sum(rate(${of('commands_processed_total')}${PACE}))`),
    figure('Clients', 'short', `sum(${of('connected_clients')})`),
    figure('Runs for', 'dtdurations', `min(${of('uptime_in_seconds')})`),
  ],
  Memory: [
    graph(
      'Memory',
      'bytes',
      [of('memory_used_bytes'), '{{instance}} used'],
      [of('memory_used_rss_bytes'), '{{instance}} as the machine sees it'],
      [of('memory_max_bytes'), '{{instance}} limit, 0 is none'],
    ),
    graph(
      'Keys',
      'short',
      [`sum by (instance) (${of('db_keys')})`, '{{instance}} all'],
      [`sum by (instance) (${of('db_keys_expiring')})`, '{{instance}} that expire'],
    ),
    graph(
      'Keys that went',
      'cps',
      [paceOf('expired_keys_total'), '{{instance}} expired'],
      // It is told to forget nothing.
      [paceOf('evicted_keys_total'), '{{instance}} forgotten for want of memory'],
    ),
  ],
  Work: [
    stack('Commands', 'ops', [`topk(10, sum by (cmd) (rate(${of('commands_total')}${PACE})))`, '{{cmd}}']),
    graph('Time of a command', 's', [
      `topk(10, sum by (cmd) (rate(${of('commands_duration_seconds_total')}${PACE})) / (sum by (cmd) (rate(${of('commands_total')}${PACE})) > 0))`,
      '{{cmd}}',
    ]),
    graph(
      'CPU',
      'percentunit',
      [paceOf('cpu_user_seconds_total'), '{{instance}} user'],
      [paceOf('cpu_sys_seconds_total'), '{{instance}} system'],
    ),
    graph(
      'Clients',
      'short',
      [of('connected_clients'), '{{instance}} all'],
      [of('blocked_clients'), '{{instance}} that wait for a bell'],
    ),
    graph(
      'Traffic',
      'Bps',
      [paceOf('net_input_bytes_total'), '{{instance}} in'],
      [paceOf('net_output_bytes_total'), '{{instance}} out'],
    ),
    graph('Slow commands that it remembers', 'short', [of('slowlog_length'), '{{instance}}']),
  ],
  'What is kept': [
    states(
      'Fails to keep',
      [`${of('aof_enabled')} == bool 0`, '{{instance}} has no AOF'],
      [`${of('aof_last_write_status')} == bool 0`, '{{instance}} did not write its AOF'],
      [`${of('aof_last_bgrewrite_status')} == bool 0`, '{{instance}} did not rewrite its AOF'],
    ).span(16),
    graph('Size of the AOF', 'bytes', [of('aof_current_size_bytes'), '{{instance}}']),
  ],
})
