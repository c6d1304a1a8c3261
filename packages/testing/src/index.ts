export { startAliyunSms } from './alerts/aliyun.ts'
export { startFeishuRobot } from './alerts/feishu.ts'
export { alertmanagerGroup } from './alerts/group.ts'
export { startAlerts } from './alerts/process.ts'
export { startSmsGateway } from './alerts/sms.ts'
export { startTencentSms } from './alerts/tencent.ts'
export { startTicketSystem } from './alerts/tickets.ts'
export { startWecomRobot, type WecomRobot } from './alerts/wecom.ts'
export type { FeishuApp, FeishuAppOptions } from './feishu/apps.ts'
export { type EventOptions, feishuEvent } from './feishu/event.ts'
export { type FeishuLimits, platformLimits } from './feishu/limits.ts'
export type { FeishuChat, FeishuGroup, FeishuP2p, FeishuTopic } from './feishu/people.ts'
export type {
  FeishuCall,
  FeishuCard,
  FeishuPush,
  FeishuReaction,
  SentFeishuMessage,
} from './feishu/records.ts'
export { type FeishuOptions, type FeishuSimulator, startFeishu } from './feishu/simulator.ts'
export { seal } from './feishu/webhook.ts'
export type { FeishuEvent, MessageEvent } from './feishu/wire.ts'
export type { ModelFault } from './model/behaviour.ts'
export { type ModelOptions, type ModelSimulator, startModel } from './model/simulator.ts'
export { startNodeExporter, startRedisExporter } from './monitors/exporters.ts'
export { hasPrograms, type Monitor, startMonitor } from './monitors/program.ts'
export { type Prometheus, type Sample, startPrometheus } from './monitors/prometheus.ts'
export { type Metrics, readMetrics } from './station/metrics.ts'
export { type StationProcess, startProcess } from './station/process.ts'
export { type Station, type StationOptions, startStation } from './station/station.ts'
export type { SentMessage } from './telegram/records.ts'
export { startTelegram, type TelegramOptions, type TelegramSimulator } from './telegram/simulator.ts'
export { telegramUpdate } from './telegram/update.ts'
