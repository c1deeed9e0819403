// Whether somebody has meant another name than the one that he has written.

/** A name without what people write in different ways. */
export const simple = (name) => name.toLowerCase().replaceAll(/[_-]/g, '');

/** The first of the known names that somebody may have meant. */
export const nearest = (name, known) =>
  known.find((other) => simple(other) === simple(name)) ?? known.find((other) => isNear(simple(name), simple(other)));

/** Whether somebody may have meant the other name: one slip of the keyboard, or two in a long
 * name. */
export function isNear(name, other) {
  const allowed = other.length >= 7 ? 2 : 1;
  return Math.abs(name.length - other.length) <= allowed && slips(name, other) <= allowed;
}

/** How many letters are left out, added, changed, or swapped with the next one. */
function slips(a, b) {
  let before = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const earlier = before;
    before = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, earlier[j - 2] + 1);
      row.push(best);
    }
  }
  return row[b.length];
}
