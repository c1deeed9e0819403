// Packages ask of a body whether it is an instance of this. No body is: there are no forms
// with files here.

export class FormData {
  constructor() {
    throw new TypeError('FormData: a component has none: use URLSearchParams, or write the multipart body yourself');
  }
}
