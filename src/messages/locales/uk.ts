import type { Strings } from '../strings.js';

export const uk: Strings = {
  direction: 'ltr',
  title: 'Ваш одноразовий код',
  titleFor: 'Ваш одноразовий код для {app}',
  enter: 'Введіть цей код, щоб продовжити:',
  expires: 'Код перестане діяти {in}, використати його можна лише один раз.',
  keep: 'Нікому його не повідомляйте.',
  ignore:
    'Якщо ви не запитували цей код, просто не зважайте на це повідомлення. Без коду нічого не станеться.',
  smsCode: 'Ваш код: {code}',
  smsCodeFor: 'Код для {app}: {code}',
  smsExpires: 'Спливає {in}.',
  smsKeep: 'Нікому його не кажіть.',
};
