import type { Strings } from '../strings.js';

export const he: Strings = {
  direction: 'rtl',
  title: 'הקוד החד-פעמי שלך',
  titleFor: 'הקוד החד-פעמי שלך עבור {app}',
  enter: 'יש להזין את הקוד כדי להמשיך:',
  expires: 'תוקף הקוד יפוג {in}, וניתן להשתמש בו פעם אחת בלבד.',
  keep: 'אין לשתף אותו עם איש.',
  ignore: 'אם לא ביקשת את הקוד, אפשר להתעלם מההודעה הזו. בלי הקוד לא יקרה דבר.',
  smsCode: 'קוד חד-פעמי: {code}',
  smsCodeFor: 'הקוד שלך עבור {app}: {code}',
  smsExpires: 'יפוג {in}.',
  smsKeep: 'אין לשתף אותו עם איש.',
};
