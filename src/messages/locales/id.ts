import type { Strings } from '../strings.js';

export const id: Strings = {
  direction: 'ltr',
  title: 'Kode sekali pakai Anda',
  titleFor: 'Kode sekali pakai Anda untuk {app}',
  enter: 'Masukkan kode ini untuk melanjutkan:',
  expires: 'Kode kedaluwarsa {in} dan hanya berlaku satu kali.',
  keep: 'Jangan bagikan kepada siapa pun.',
  ignore: 'Jika Anda tidak meminta kode ini, abaikan pesan ini. Tanpa kode, tidak akan terjadi apa-apa.',
  smsCode: 'Kode sekali pakai Anda: {code}',
  smsCodeFor: 'Kode sekali pakai Anda untuk {app}: {code}',
  smsExpires: 'Kedaluwarsa {in}.',
  smsKeep: 'Jangan bagikan kepada siapa pun.',
};
