import type { Strings } from '../strings.js';

export const it: Strings = {
  direction: 'ltr',
  title: 'Il tuo codice monouso',
  titleFor: 'Il tuo codice monouso per {app}',
  enter: 'Inserisci questo codice per continuare:',
  expires: 'Il codice scade {in} e funziona una sola volta.',
  keep: 'Non condividerlo con nessuno.',
  ignore:
    'Se non hai richiesto questo codice, puoi ignorare questo messaggio. Senza il codice non succede nulla.',
  smsCode: 'Il tuo codice monouso: {code}',
  smsCodeFor: 'Il tuo codice monouso per {app}: {code}',
  smsExpires: 'Scade {in}.',
  smsKeep: 'Non condividerlo con nessuno.',
};
