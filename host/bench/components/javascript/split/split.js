import { bolt, stream, text } from 'stormcell';

export default bolt({
  summary: 'splits texts into words',
  inputs: { text },
  outputs: [stream({ word: text })],

  processBatch(batch) {
    const words = [];
    const anchors = [];
    batch.columns.text.forEach((line, row) => {
      for (const found of line.split(' ')) {
        words.push(found);
        anchors.push(batch.tuples[row]);
      }
    });
    this.emitColumns({ word: words }, { anchors });
  },
});
