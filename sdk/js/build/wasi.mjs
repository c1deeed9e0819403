// The interfaces of WASI that `fetch` and timers use, under the names that the host knows.
//
// componentize-qjs runs a bundle once with WASI of its own, but for wasi:http, which it
// replaces by functions that trap. Those have other types of resources than its wasi:io, and
// so it refuses a component that imports both. In what it is given these interfaces
// are therefore of a package `late`, with a wasi:io of its own, all of which trap; nothing
// of it is called then. The version is not the one that the engine itself imports, because
// no two imports may have the same name.

const LATE = /late(?=:(?:clocks|http|io)\/[a-z-]+@0\.2\.6)/g;

/** The component with `wasi` wherever it says `late`. Both are four bytes, so nothing in it
 * moves. */
export function withWasi(component) {
  // One character a byte, there and back.
  return Buffer.from(component.toString('latin1').replace(LATE, 'wasi'), 'latin1');
}
