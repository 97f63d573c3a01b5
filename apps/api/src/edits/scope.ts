/**
 * Words that ask for another look of the whole picture: its style, its medium, its light, its season. Stems of the languages
 * that are spoken to us most; where a request is not recognised the region lock stays on, and gives way by itself wherever
 * the model changed everything.
 */
const wholePictureWords = [
  // style and medium
  String.raw`\bstyles?\b`, String.raw`\bstyli[sz]e`, 'stilisier', String.raw`\bstil\b`, String.raw`\bestilo`, String.raw`\bstile\b`, String.raw`\bstijl`, String.raw`\bstyl(u|em|owi)?\b`, '风格', '画风', '風', 'スタイル',
  String.raw`\bas an? (oil |pencil |charcoal |ink |line |3d |vector |digital |comic |anime |pixel )*(painting|drawing|sketch|watercolou?r|illustration|cartoon|comic|anime|render|poster|photo(graph)?|woodcut|mosaic|collage)`,
  String.raw`\b(look like|into|become) an? (\w+ ){0,3}(painting|drawing|sketch|watercolou?r|illustration|cartoon|comic|anime|render|poster|photograph|woodcut|mosaic|collage)`,
  'aquarell', 'gemälde', 'zeichnung', 'aquarelle', 'peinture', 'dessin', 'acuarela', 'pintura', 'acquerello', 'dipinto', 'aquarela', 'schilderij', 'tekening', 'obraz olejn', '水彩', '油画', '油絵', '素描', '漫画',
  // light, weather, season
  String.raw`\bre-?light`, String.raw`\blighting\b`, 'beleuchtung', 'éclairage', 'iluminación', 'illuminazione', 'iluminação', 'belichting', 'oświetleni', '光线', '照明', 'ライティング',
  String.raw`\b(at|to|into|by) (night|dusk|dawn|sunset|sunrise|golden hour|daytime|day)\b`, String.raw`\b(night|winter|summer|autumn|spring|rainy|snowy|foggy|cinematic) (scene|look|mood|version|day)\b`,
  String.raw`\b(turn|make) (it|this|the (picture|photo|image|scene|whole picture)) (in)?to (winter|summer|autumn|spring|night|day)\b`,
];

const wholePicture = new RegExp(wholePictureWords.join('|'), 'iu');

/**
 * Whether an instruction means the whole picture, so that there is nothing for the region lock to keep. Pure. A painted mask
 * says otherwise whatever the words are.
 */
export const meansWholePicture = (instruction: string, hasMask: boolean): boolean => !hasMask && wholePicture.test(instruction.normalize('NFC'));
