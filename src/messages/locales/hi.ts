import type { Strings } from '../strings.js';

export const hi: Strings = {
  direction: 'ltr',
  title: 'आपका वन-टाइम कोड',
  titleFor: '{app} के लिए आपका वन-टाइम कोड',
  enter: 'जारी रखने के लिए यह कोड दर्ज करें:',
  expires: 'यह कोड {in} समाप्त हो जाएगा और केवल एक बार काम करेगा।',
  keep: 'इसे किसी के साथ साझा न करें।',
  ignore: 'अगर आपने यह कोड नहीं माँगा है, तो आप इस संदेश को अनदेखा कर सकते हैं। कोड के बिना कुछ नहीं होगा।',
  smsCode: 'आपका कोड: {code}',
  smsCodeFor: '{app} कोड: {code}',
  smsExpires: 'यह {in} समाप्त होगा।',
  smsKeep: 'इसे साझा न करें।',
};
