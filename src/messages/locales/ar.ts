import type { Strings } from '../strings.js';

export const ar: Strings = {
  direction: 'rtl',
  title: 'رمز التحقق الخاص بك',
  titleFor: 'رمز التحقق الخاص بك في {app}',
  enter: 'يُرجى إدخال هذا الرمز للمتابعة:',
  expires: 'تنتهي صلاحية الرمز {in} ويمكن استخدامه مرة واحدة فقط.',
  keep: 'يُرجى عدم مشاركته مع أي شخص.',
  ignore: 'إذا لم تطلب هذا الرمز، فيمكنك تجاهل هذه الرسالة. لن يحدث أي شيء من دون الرمز.',
  smsCode: 'رمز التحقق: {code}',
  smsCodeFor: 'رمز التحقق في {app}: {code}',
  smsExpires: 'تنتهي صلاحيته {in}.',
  smsKeep: 'لا تشاركه مع أحد.',
};
