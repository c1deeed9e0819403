import { bolt, stream, text } from 'stormcell';

export default bolt({
  summary: 'splits texts into words',
  inputs: { text },
  outputs: [stream({ word: text })],

  processBatch(batch) {
    const found = batch.columns.text.map((line) => line.split(' '));
    this.emitColumns({ word: found.flat() }, { counts: found.map((words) => words.length) });
  },
});
