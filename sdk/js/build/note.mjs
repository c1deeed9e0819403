// The note of a component (src/note.js). The build finds it in the memory that it has made, and
// adds it to the file as a custom section, which other readers pass over.

const NOTE = /stormcell-note:(\{"works-at-ticks":[^\n]{0,16384}\})\n/;
const SECTION = Buffer.from('stormcell');

/** The component with its note, whose places are in the author's files. */
export function withNote(component, table) {
  // One character a byte.
  const found = NOTE.exec(component.toString('latin1'));
  if (found === null) return component;
  const note = JSON.parse(found[1]);
  for (const [exported, methods] of Object.entries(note.calls)) {
    note.calls[exported] = methods.split(', ').map((method) => table.translate(method).replace(/ at $/, '')).join(', ');
  }
  const content = Buffer.concat([leb128(SECTION.length), SECTION, Buffer.from(JSON.stringify(note))]);
  return Buffer.concat([component, Buffer.from([0]), leb128(content.length), content]);
}

/** A number as WebAssembly writes it. */
function leb128(number) {
  const bytes = [];
  for (let rest = number; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
