import type { Strings } from '../strings.js';

export const ja: Strings = {
  direction: 'ltr',
  title: 'ワンタイムコード',
  titleFor: '{app}のワンタイムコード',
  enter: '続けるには、次のコードを入力してください。',
  expires: 'このコードは{in}に無効になります。使用できるのは一度だけです。',
  keep: 'コードを他の人に教えないでください。',
  ignore: 'お心当たりがない場合は、このメッセージを無視してください。コードがなければ何も起こりません。',
  smsCode: 'ワンタイムコード: {code}',
  smsCodeFor: '{app}のワンタイムコード: {code}',
  smsExpires: '{in}に無効になります。',
  smsKeep: '他の人に教えないでください。',
};
