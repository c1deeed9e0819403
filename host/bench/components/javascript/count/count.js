import { bolt, int, stream, text } from 'stormcell';

export default bolt({
  summary: 'counts words',
  inputs: { word: text },
  outputs: [stream({ word: text, count: int })],

  prepare() {
    this.counts = new Map();
  },

  processBatch(batch) {
    for (const word of batch.columns.word) {
      this.counts.set(word, (this.counts.get(word) ?? 0) + 1);
    }
  },

  // Every word that this task was given, once, when all words have been counted.
  close() {
    for (const [word, count] of this.counts) this.emit({ word, count });
  },
});
