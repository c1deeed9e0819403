package stormcell.bench.storm;

import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/** Emits its rows as they are. */
final class IdentityBolt extends CollectorBolt {
    private static final long serialVersionUID = 1L;

    /**
     * A bolt.
     *
     * @param field the name of the one field of its rows
     */
    IdentityBolt(String field) {
        super(field);
    }

    @Override
    public void execute(Tuple input) {
        collector().emit(input, new Values(input.getValue(0)));
        collector().ack(input);
    }
}
