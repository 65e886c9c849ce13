import type { Strings } from '../strings.js';

export const fr: Strings = {
  direction: 'ltr',
  title: 'Votre code à usage unique',
  titleFor: 'Votre code à usage unique pour {app}',
  enter: 'Saisissez ce code pour continuer\u00A0:',
  expires: 'Ce code expire {in} et ne fonctionne qu’une seule fois.',
  keep: 'Ne le communiquez à personne.',
  ignore:
    'Si vous n’avez pas demandé ce code, vous pouvez ignorer ce message. Sans le code, rien ne se passe.',
  smsCode: 'Votre code à usage unique : {code}',
  smsCodeFor: 'Votre code à usage unique pour {app} : {code}',
  smsExpires: 'Il expire {in}.',
  smsKeep: 'Ne le communiquez à personne.',
};
