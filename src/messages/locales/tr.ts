import type { Strings } from '../strings.js';

export const tr: Strings = {
  direction: 'ltr',
  title: 'Tek kullanımlık kodunuz',
  titleFor: '{app} için tek kullanımlık kodunuz',
  enter: 'Devam etmek için bu kodu girin:',
  expires: 'Kodun süresi {in} dolar ve kod yalnızca bir kez kullanılabilir.',
  keep: 'Kodu kimseyle paylaşmayın.',
  ignore: 'Bu kodu siz istemediyseniz bu mesajı yok sayabilirsiniz. Kod olmadan hiçbir şey olmaz.',
  smsCode: 'Kodunuz: {code}',
  smsCodeFor: '{app} kodunuz: {code}',
  smsExpires: 'Süresi {in} dolar.',
  smsKeep: 'Kimseye vermeyin.',
};
