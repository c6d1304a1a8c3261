/** Every word of the page, in each of its languages. */
const languages = {
  en: {
    tag: 'en',
    name: 'Waystation',
    conversation: 'Conversation',
    greeting: 'Hello! What can I do for you?',
    keys: 'Enter sends · Shift+Enter starts a new line · Esc stops an answer',
    text: 'Your message',
    hint: 'Write a message',
    send: 'Send',
    stop: 'Stop the answer',
    latest: 'Go to the newest message',
    you: 'You',
    answer: 'Answer',
    typing: 'Working on it…',
    renew: 'New conversation',
    renewQuestion: 'Start a new conversation? What was said here will be forgotten.',
    cancel: 'Cancel',
    sending: 'Sending…',
    waiting: 'Not sent yet, waiting for the connection',
    failed: 'Not sent',
    retry: 'Try again',
    discard: 'Discard',
    copy: 'Copy',
    copied: 'Copied',
    offline: 'You are offline. What you write is kept and sent later.',
    reconnecting: 'Connecting again…',
    tooLong: (/** @type {number} */ over) => `Too long by ${over} characters`,
    reasons: /** @type {Record<string, string>} */ ({
      not_allowed: 'Not sent: you have no access to this assistant',
      bad_text: 'Not sent: it holds characters that are no text',
      too_long: 'Not sent: it is too long',
      unauthenticated: 'Not sent: the session has ended. Are cookies allowed here?',
    }),
    tiers: { local: 'local model', commercial: 'commercial model' },
  },
  zh: {
    tag: 'zh-CN',
    name: '驿站',
    conversation: '对话',
    greeting: '您好！有什么可以帮您？',
    keys: 'Enter 发送 · Shift+Enter 换行 · Esc 停止回答',
    text: '您的消息',
    hint: '输入消息',
    send: '发送',
    stop: '停止回答',
    latest: '跳到最新消息',
    you: '您',
    answer: '回答',
    typing: '正在思考…',
    renew: '新对话',
    renewQuestion: '开始新对话？这里说过的内容将被忘记。',
    cancel: '取消',
    sending: '发送中…',
    waiting: '尚未发送，等待网络恢复',
    failed: '未发送',
    retry: '重试',
    discard: '丢弃',
    copy: '复制',
    copied: '已复制',
    offline: '网络已断开。您写的内容会保留，恢复后自动发送。',
    reconnecting: '正在重新连接…',
    tooLong: (/** @type {number} */ over) => `超出 ${over} 个字符`,
    reasons: /** @type {Record<string, string>} */ ({
      not_allowed: '未发送：您没有使用此助手的权限',
      bad_text: '未发送：含有无法识别的字符',
      too_long: '未发送：内容太长',
      unauthenticated: '未发送：会话已失效。浏览器是否允许 Cookie？',
    }),
    tiers: { local: '本地模型', commercial: '商业模型' },
  },
}

export const say = /^zh\b/i.test(navigator.language) ? languages.zh : languages.en

/** Puts the words where the HTML asks for them: `data-say` as text, `data-label` for those who hear the page, `data-hint`. */
export function speak() {
  document.documentElement.lang = say.tag
  document.title = say.name
  const word = (/** @type {string | undefined} */ name) => String(Reflect.get(say, name ?? ''))
  for (const element of document.querySelectorAll('[data-say], [data-label], [data-hint]')) {
    const { say: text, label, hint } = /** @type {HTMLElement} */ (element).dataset
    if (text) element.textContent = word(text)
    if (label) element.setAttribute('aria-label', word(label))
    if (label && element instanceof HTMLButtonElement) element.title = word(label)
    if (hint) element.setAttribute('placeholder', word(hint))
  }
}
