import { choice, figure, graph, page, stack } from './panels.ts'

const PACE = '[$__rate_interval]'
const of = (metric: string, labels = '') => `node_${metric}{instance=~"$instance"${labels}}`
/** Of each disk once, wherever it is mounted. */
const ROOM = ', fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660"'
const freeShare = `min by (instance, device) (${of('filesystem_avail_bytes', ROOM)} / (${of('filesystem_size_bytes', ROOM)} > 0))`
const idle = `avg by (instance) (sum by (instance, cpu) (rate(${of('cpu_seconds_total', ', mode=~"idle|iowait"')}${PACE})))`

/** Its network is not among it: node-exporter's container sees its own alone. */
export const host = page('Host', [choice('instance', 'label_values(node_uname_info, instance)')], {
  Now: [
    figure('CPUs busy', 'percentunit', `max(1 - ${idle})`, 0.85),
    figure(
      'Memory used',
      'percentunit',
      `max(1 - ${of('memory_MemAvailable_bytes')} / ${of('memory_MemTotal_bytes')})`,
      0.9,
    ),
    figure('Fullest disk', 'percentunit', `max(1 - ${freeShare})`, 0.9),
    figure('CPUs', 'short', `count(${of('cpu_seconds_total', ', mode="idle"')})`),
    figure('Runs for', 'dtdurations', `min(time() - ${of('boot_time_seconds')})`),
    figure('Killed for want of memory', 'short', `sum(increase(${of('vmstat_oom_kill')}[$__range])) or vector(0)`, 1),
  ],
  CPU: [
    stack('CPU', 'percentunit', [
      `sum by (mode) (rate(${of('cpu_seconds_total', ', mode!="idle"')}${PACE})) / scalar(count(${of('cpu_seconds_total', ', mode="idle"')}))`,
      '{{mode}}',
    ]),
    graph(
      'Processes that want to run',
      'short',
      [of('load1'), '{{instance}} 1 min'],
      [of('load5'), '{{instance}} 5 min'],
      [of('load15'), '{{instance}} 15 min'],
    ),
    graph(
      'Time in which something waited',
      'percentunit',
      [`max(rate(${of('pressure_cpu_waiting_seconds_total')}${PACE})) or vector(0)`, 'CPU'],
      [`max(rate(${of('pressure_io_waiting_seconds_total')}${PACE})) or vector(0)`, 'disk'],
      [`max(rate(${of('pressure_memory_waiting_seconds_total')}${PACE})) or vector(0)`, 'memory'],
    ),
  ],
  Memory: [
    graph(
      'Memory',
      'bytes',
      [of('memory_MemTotal_bytes'), '{{instance}} all'],
      [`${of('memory_MemTotal_bytes')} - ${of('memory_MemAvailable_bytes')}`, '{{instance}} used'],
      [of('memory_Cached_bytes'), '{{instance}} copies of files'],
    ),
    graph(
      'Swap',
      'bytes',
      [of('memory_SwapTotal_bytes'), '{{instance}} all'],
      [`${of('memory_SwapTotal_bytes')} - ${of('memory_SwapFree_bytes')}`, '{{instance}} used'],
    ),
    graph('Read back from the disk', 'cps', [`rate(${of('vmstat_pgmajfault')}${PACE})`, '{{instance}} pages']),
  ],
  Disk: [
    graph('Full', 'percentunit', [`1 - ${freeShare}`, '{{device}}']).max(1),
    graph(
      'Read and written',
      'Bps',
      [`sum by (device) (rate(${of('disk_read_bytes_total')}${PACE}))`, '{{device}} read'],
      [`sum by (device) (rate(${of('disk_written_bytes_total')}${PACE}))`, '{{device}} written'],
    ),
    graph('Busy', 'percentunit', [`rate(${of('disk_io_time_seconds_total')}${PACE})`, '{{device}}']),
    graph('Files that could still be made', 'percentunit', [
      `min by (device) (${of('filesystem_files_free', ROOM)} / (${of('filesystem_files', ROOM)} > 0))`,
      '{{device}}',
    ]),
    graph('Open files', 'short', [of('filefd_allocated'), '{{instance}}']),
    graph('Clock is off by', 's', [`abs(${of('timex_offset_seconds')})`, '{{instance}}']),
  ],
})
