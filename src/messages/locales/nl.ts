import type { Strings } from '../strings.js';

export const nl: Strings = {
  direction: 'ltr',
  title: 'Uw eenmalige code',
  titleFor: 'Uw eenmalige code voor {app}',
  enter: 'Voer deze code in om door te gaan:',
  expires: 'De code verloopt {in} en werkt maar één keer.',
  keep: 'Deel de code met niemand.',
  ignore:
    'Als u deze code niet hebt aangevraagd, kunt u dit bericht negeren. Zonder de code gebeurt er niets.',
  smsCode: 'Uw eenmalige code: {code}',
  smsCodeFor: 'Uw eenmalige code voor {app}: {code}',
  smsExpires: 'De code verloopt {in}.',
  smsKeep: 'Deel deze met niemand.',
};
