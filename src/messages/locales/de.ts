import type { Strings } from '../strings.js';

export const de: Strings = {
  direction: 'ltr',
  title: 'Ihr Einmalcode',
  titleFor: 'Ihr Einmalcode für {app}',
  enter: 'Geben Sie diesen Code ein, um fortzufahren:',
  expires: 'Der Code läuft {in} ab und gilt nur einmal.',
  keep: 'Geben Sie ihn an niemanden weiter.',
  ignore:
    'Wenn Sie diesen Code nicht angefordert haben, können Sie diese Nachricht ignorieren. Ohne den Code geschieht nichts.',
  smsCode: 'Ihr Einmalcode: {code}',
  smsCodeFor: 'Ihr Einmalcode für {app}: {code}',
  smsExpires: 'Er läuft {in} ab.',
  smsKeep: 'Geben Sie ihn an niemanden weiter.',
};
