import type { Strings } from '../strings.js';

export const es: Strings = {
  direction: 'ltr',
  title: 'Su código de un solo uso',
  titleFor: 'Su código de un solo uso para {app}',
  enter: 'Introduzca este código para continuar:',
  expires: 'El código caduca {in} y solo funciona una vez.',
  keep: 'No lo comparta con nadie.',
  ignore: 'Si no ha solicitado este código, puede ignorar este mensaje. Sin el código no ocurre nada.',
  smsCode: 'Su clave de un solo uso: {code}',
  smsCodeFor: 'Su clave de un solo uso para {app}: {code}',
  smsExpires: 'Caduca {in}.',
  smsKeep: 'No la comparta con nadie.',
};
