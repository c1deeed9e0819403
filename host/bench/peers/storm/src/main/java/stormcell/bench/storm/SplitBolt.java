package stormcell.bench.storm;

import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/** Splits texts into words. */
final class SplitBolt extends CollectorBolt {
    private static final long serialVersionUID = 1L;

    SplitBolt() {
        super("word");
    }

    @Override
    public void execute(Tuple input) {
        String text = input.getString(0);
        int start = 0;
        for (int space = text.indexOf(' '); space >= 0; space = text.indexOf(' ', start)) {
            collector().emit(input, new Values(text.substring(start, space)));
            start = space + 1;
        }
        collector().emit(input, new Values(text.substring(start)));
        collector().ack(input);
    }
}
