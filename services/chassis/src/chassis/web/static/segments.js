// How many texts a body is billed as: the same rules as messaging's domain/segments.py (3GPP TS 23.038, 23.040).
"use strict";
(() => {
  const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const EXTENSION = new Set("\f^{}\\[~]|€");
  const PLAIN = { "‘": "'", "’": "'", "“": "\"", "”": "\"", "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-" };

  const counted = (widths, one, many, encoding) => {
    const units = widths.reduce((sum, width) => sum + width, 0);
    if (units <= one) return { encoding, units, segments: widths.length ? 1 : 0, room: one };
    let segments = 1, room = many;
    for (const width of widths) {
      if (width > room) { segments += 1; room = many; }
      room -= width;
    }
    return { encoding, units, segments, room: segments * many };
  };
  const measure = (body) => {
    const letters = [...body];
    if (letters.every((letter) => BASIC.has(letter) || EXTENSION.has(letter))) return counted(letters.map((letter) => EXTENSION.has(letter) ? 2 : 1), 160, 153, "GSM-7");
    return counted(letters.map((letter) => letter.codePointAt(0) > 0xffff ? 2 : 1), 70, 67, "UCS-2");
  };
  // Letters that make a text dearer though a plain one would do.
  const dear = (body) => [...new Set([...body].filter((letter) => letter in PLAIN))];
  const plain = (body) => [...body].map((letter) => PLAIN[letter] ?? letter).join("");
  const words = (body) => {
    const { units, segments, room } = measure(body);
    return units ? `${units} of ${room} · ${segments} ${segments === 1 ? "text" : "texts"}` : "";
  };
  window.segments = { measure, dear, plain, words };
})();
