// The question of find_models(): models by words of their names, in any order.

// How alike a part of a name and a word are, from 0 to 1: the similarity of Jaro and Winkler.
function likenessOf(part, word) {
  const reach = Math.max(Math.floor(Math.max(part.length, word.length) / 2) - 1, 0);
  const places = new Set();
  const letters = [];
  for (let place = 0; place < word.length; place += 1) {
    for (let at = Math.max(place - reach, 0); at <= Math.min(place + reach, part.length - 1); at += 1) {
      if (places.has(at) || part[at] !== word[place]) continue;
      places.add(at);
      letters.push(word[place]);
      break;
    }
  }
  const found = letters.length;
  if (found === 0) return 0;
  const moved = [...places].sort((left, right) => left - right).filter((at, place) => part[at] !== letters[place]).length;
  const jaro = (found / part.length + found / word.length + (found - Math.floor(moved / 2)) / found) / 3;
  let shared = 0;
  while (shared < 4 && shared < word.length && part[shared] === word[shared]) shared += 1;
  return jaro > 0.7 ? jaro + 0.1 * shared * (1 - jaro) : jaro;
}

// A word counts fully where a name holds it, and else as much as the part most like it.
function findModels(text, models) {
  const words = [...new Set(wordsOf(text))];
  if (words.length === 0) return { found: [], isHeld: true };
  const known = words.map(() => new Map());
  const likeness = (number, part) => {
    if (!known[number].has(part)) known[number].set(part, likenessOf(part, words[number]));
    return known[number].get(part);
  };
  let isHeld = false;
  const found = models.map((model) => {
    const name = model.model.toLowerCase();
    const parts = name.split(/[^a-z0-9]+/);
    const likes = words.map((word, number) => {
      const holdsIt = name.includes(word);
      isHeld ||= holdsIt;
      return holdsIt ? 1 : Math.max(...parts.map((part) => likeness(number, part)));
    });
    return { model, likeness: Math.round(1000 * likes.reduce((sum, one) => sum + one) / words.length) };
  });
  found.sort((left, right) => right.likeness - left.likeness || (left.model.is_backbone ?? 0) - (right.model.is_backbone ?? 0)
    || left.model.model.length - right.model.model.length || byText(left.model.model, right.model.model));
  return { found: found.slice(0, 20).map(({ model }) => model), isHeld };
}
