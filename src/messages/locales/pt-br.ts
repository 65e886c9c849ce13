import type { Strings } from '../strings.js';

export const ptBr: Strings = {
  direction: 'ltr',
  title: 'Seu código de uso único',
  titleFor: 'Seu código de uso único para {app}',
  enter: 'Digite este código para continuar:',
  expires: 'O código expira {in} e funciona apenas uma vez.',
  keep: 'Não o compartilhe com ninguém.',
  ignore: 'Se você não solicitou este código, pode ignorar esta mensagem. Nada acontece sem o código.',
  smsCode: 'Use {code} para confirmar sua identidade.',
  smsCodeFor: 'Use {code} para confirmar sua identidade em {app}.',
  smsExpires: 'Expira {in}.',
  smsKeep: 'Nunca o compartilhe com ninguém.',
};
