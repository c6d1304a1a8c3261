/** As Debian calls what watches and what tells. */
export const programs = [
  'prometheus',
  'prometheus-alertmanager',
  'prometheus-node-exporter',
  'prometheus-redis-exporter',
  'prometheus-blackbox-exporter',
]
