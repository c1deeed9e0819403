package stormcell.bench.storm;

import java.util.Map;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichBolt;
import org.apache.storm.tuple.Fields;

/** A bolt that keeps its collector. */
abstract class CollectorBolt extends BaseRichBolt {
    private static final long serialVersionUID = 1L;

    private final String[] fields;
    private transient OutputCollector collector;

    /**
     * A bolt.
     *
     * @param fields the names of the fields that it emits; none if it emits nothing
     */
    CollectorBolt(String... fields) {
        this.fields = fields;
    }

    @Override
    public void prepare(
            Map<String, Object> config, TopologyContext context, OutputCollector collector) {
        this.collector = collector;
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        if (fields.length > 0) {
            declarer.declare(new Fields(fields));
        }
    }

    /** What the bolt emits and acks with. */
    final OutputCollector collector() {
        return collector;
    }
}
