import type { Strings } from '../strings.js';

export const pl: Strings = {
  direction: 'ltr',
  title: 'Twój kod jednorazowy',
  titleFor: 'Twój kod jednorazowy do {app}',
  enter: 'Wpisz ten kod, aby kontynuować:',
  expires: 'Kod wygaśnie {in} i zadziała tylko raz.',
  keep: 'Nie podawaj go nikomu.',
  ignore: 'Jeśli to nie Ty prosisz o ten kod, zignoruj tę wiadomość. Bez kodu nic się nie stanie.',
  smsCode: 'Kod jednorazowy: {code}',
  smsCodeFor: 'Kod jednorazowy do {app}: {code}',
  smsExpires: 'Wygasa {in}.',
  smsKeep: 'Nie podawaj go nikomu.',
};
