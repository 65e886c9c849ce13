import type { Strings } from '../strings.js';

export const en: Strings = {
  direction: 'ltr',
  title: 'Your one-time code',
  titleFor: 'Your one-time code for {app}',
  enter: 'Enter this code to continue:',
  expires: 'The code expires {in} and works only once.',
  keep: 'Do not share it with anyone.',
  ignore: "If it wasn't you who asked for this code, ignore this message. Nothing happens without the code.",
  smsCode: 'Your one-time code: {code}',
  smsCodeFor: 'Your one-time code for {app}: {code}',
  smsExpires: 'It expires {in}.',
  smsKeep: 'Do not share it with anyone.',
};
