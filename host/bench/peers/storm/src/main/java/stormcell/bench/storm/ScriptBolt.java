package stormcell.bench.storm;

import java.util.Map;
import org.apache.storm.task.ShellBolt;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.tuple.Fields;

/** A bolt that is a Python script in a process of its own: Storm's ShellBolt. */
final class ScriptBolt extends ShellBolt implements IRichBolt {
    private static final long serialVersionUID = 1L;

    private final String[] fields;

    /**
     * A bolt.
     *
     * @param python the interpreter
     * @param script the name of a file in the folder {@code resources} of the topology's jar
     * @param fields the names of the fields that it emits; none if it emits nothing
     */
    ScriptBolt(String python, String script, String... fields) {
        super(python, script);
        this.fields = fields;
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        if (fields.length > 0) {
            declarer.declare(new Fields(fields));
        }
    }

    @Override
    public Map<String, Object> getComponentConfiguration() {
        return null;
    }
}
