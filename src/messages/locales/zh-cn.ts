import type { Strings } from '../strings.js';

export const zhCn: Strings = {
  direction: 'ltr',
  title: '您的一次性验证码',
  titleFor: '您的 {app} 一次性验证码',
  enter: '请输入此验证码以继续：',
  expires: '验证码将于{in}失效，且仅能使用一次。',
  keep: '请勿告知他人。',
  ignore: '如果您没有请求此验证码，请忽略本消息。没有验证码，不会发生任何事情。',
  smsCode: '验证码：{code}',
  smsCodeFor: '{app} 验证码：{code}',
  smsExpires: '将于{in}失效。',
  smsKeep: '请勿告知他人。',
};
