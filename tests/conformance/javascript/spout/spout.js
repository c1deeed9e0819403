// The conformance spout: ../../README.md says what it emits.
import { int, spout, state, stream } from 'stormcell';

/** The id of the row 0: above what a number holds exactly. */
const FIRST_ID = 9007199254740993n;

export default spout({
  summary: 'conformance spout',
  outputs: [stream({ n: int, attempt: int })],
  config: {
    type: 'object',
    properties: {
      rows: { type: 'integer', minimum: 0 },
      tracking: { enum: ['none', 'ids', 'host'] },
      resume: { type: 'boolean' },
    },
    required: ['rows', 'tracking'],
    additionalProperties: false,
  },

  prepare({ config }) {
    this.rows = config.rows;
    this.tracking = config.tracking;
    this.resume = config.resume ?? false;
    const stored = this.resume ? state.get('next') : undefined;
    this.nextRow = stored === undefined ? 0 : Number(new TextDecoder().decode(stored));
    this.attempts = new Map();
    this.again = [];
  },

  next(maxRows) {
    for (let room = maxRows; room > 0; room--) {
      if (this.again.length > 0) this.emitRow(this.again.shift());
      else if (this.nextRow < this.rows) this.emitRow(this.nextRow++);
      else break;
    }
    if (this.resume) state.set('next', String(this.nextRow));
    if (this.nextRow === this.rows && this.again.length === 0) this.end();
  },

  emitRow(n) {
    if (this.tracking !== 'ids') {
      this.emit({ n, attempt: 1 });
      return;
    }
    const attempt = (this.attempts.get(n) ?? 0) + 1;
    this.attempts.set(n, attempt);
    this.emit({ n, attempt }, { id: FIRST_ID + BigInt(n) });
  },

  acked(id) {
    this.attempts.delete(rowOf(id));
  },

  failed(id) {
    this.again.push(rowOf(id));
  },
});

const rowOf = (id) => Number(BigInt(id) - FIRST_ID);
