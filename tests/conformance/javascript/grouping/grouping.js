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
    this.count = targets.length;
    // Never a target twice.
    this.copies = Math.min(config.copies ?? 1, this.count);
  },

  choose({ i }) {
    if (i === null) return null;
    const rest = Number(BigInt(i) % BigInt(this.count));
    const first = rest < 0 ? rest + this.count : rest;
    return Array.from({ length: this.copies }, (_, k) => (first + k) % this.count);
  },
});
