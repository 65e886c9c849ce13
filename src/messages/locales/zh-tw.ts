import type { Strings } from '../strings.js';

export const zhTw: Strings = {
  direction: 'ltr',
  title: '您的一次性驗證碼',
  titleFor: '您的 {app} 一次性驗證碼',
  enter: '請輸入此驗證碼以繼續：',
  expires: '驗證碼將於{in}失效，且只能使用一次。',
  keep: '請勿告訴他人。',
  ignore: '如果您沒有要求此驗證碼，請忽略這則訊息。沒有驗證碼，就不會發生任何事。',
  smsCode: '驗證碼：{code}',
  smsCodeFor: '{app} 驗證碼：{code}',
  smsExpires: '將於{in}失效。',
  smsKeep: '請勿告訴他人。',
};
