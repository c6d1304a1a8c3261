/** What may be seen by whoever looks over a shoulder. Whatever else there is may be a secret. */
const open = new Set([
  'ALERT_MAIL_FROM',
  'ALERT_MAIL_TO',
  'ALERT_SMTP',
  'ALERT_SMTP_USER',
  'COMMERCIAL_MODEL',
  'COMMERCIAL_MODEL_BASE_URL',
  'COMPOSE_PROFILES',
  'FEISHU_APP_ID',
  'FEISHU_BASE_URL',
  'FEISHU_MODE',
  'FEISHU_REPLY_STYLE',
  'INFERENCE_CONCURRENCY',
  'LISTEN_ADDRESS',
  'LOCAL_MODEL',
  'LOCAL_MODEL_BASE_URL',
  'LOG_FORMAT',
  'LOG_LEVEL',
  'MODEL_FIRST_TOKEN_SECONDS',
  'MODEL_MAX_TOKENS',
  'MODEL_TEMPERATURE',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'PORT',
  'PUBLIC_URL',
  'REDIS_CLUSTER_NODES',
  'REDIS_SENTINELS',
  'REDIS_SENTINEL_NAME',
  'REPLY_STREAMING',
  'SENDER_CONCURRENCY',
  'SERVER_SIZE',
  'TELEGRAM_API_ROOT',
  'TELEGRAM_MODE',
  'WAYSTATION_CONFIG',
  'WAYSTATION_REVISION',
  'WAYSTATION_VERSION',
])

export const DOTS = '••••••••'

export const isSecret = (variable: string): boolean => !open.has(variable)

/** A variable's value as it may be seen. */
export function seen(variable: string, value: string): string {
  if (value === '') return ''
  // Where Redis is, one wants to know; only its login is a secret.
  const isOpen = !isSecret(variable) || (variable === 'REDIS_URL' && /^rediss?:\/\//.test(value))
  return isOpen ? withoutLogin(value) : DOTS
}

/** An address without user, password and query. A password may hold any character, so that the last `@` ends it. */
export const withoutLogin = (value: string): string =>
  value.replace(/:\/\/.*@/s, `://${DOTS}@`).replace(/(:\/\/.*?)\?.+/s, `$1?${DOTS}`)
