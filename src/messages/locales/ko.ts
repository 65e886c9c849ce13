import type { Strings } from '../strings.js';

export const ko: Strings = {
  direction: 'ltr',
  title: '일회용 인증 코드',
  titleFor: '{app} 일회용 인증 코드',
  enter: '계속하려면 다음 코드를 입력해 주세요.',
  expires: '이 코드는 {in} 만료되며 한 번만 사용할 수 있습니다.',
  keep: '다른 사람에게 알려 주지 마세요.',
  ignore:
    '코드를 요청하지 않으셨다면 이 메시지를 무시하셔도 됩니다. 코드가 없으면 아무 일도 일어나지 않습니다.',
  smsCode: '인증 코드: {code}',
  smsCodeFor: '{app} 인증 코드: {code}',
  smsExpires: '{in} 만료됩니다.',
  smsKeep: '다른 사람에게 알려 주지 마세요.',
};
