// The conformance grouping: ../../README.md says what it chooses.
import { grouping, int, nullable } from 'stormcell';

export default grouping({
  summary: 'conformance grouping',
  inputs: { i: nullable(int) },
  config: {
    type: 'object',
    properties: { copies: { type: 'integer', minimum: 1 } },
    additionalProperties: false,
  },

  prepare({ config, targets }) {
    this.copies = config.copies ?? 1;
    this.count = BigInt(targets.length);
  },

  choose({ i }) {
    if (i === null) return null;
    const rest = BigInt(i) % this.count;
    const first = Number(rest < 0n ? rest + this.count : rest);
    return Array.from({ length: this.copies }, (_, k) => (first + k) % Number(this.count));
  },
});
