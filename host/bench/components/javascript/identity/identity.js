import { bolt, stream, text } from 'stormcell';

export default bolt({
  summary: 'emits its rows as they are',
  inputs: { text },
  outputs: [stream({ text })],

  processBatch(batch) {
    this.emitColumns({ text: batch.column('text') });
  },
});
