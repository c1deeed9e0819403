package stormcell.bench.storm;

import org.apache.storm.generated.StormTopology;
import org.apache.storm.topology.BoltDeclarer;
import org.apache.storm.topology.IRichBolt;
import org.apache.storm.topology.IRichSpout;
import org.apache.storm.topology.TopologyBuilder;
import org.apache.storm.tuple.Fields;

/** The topologies of the shapes. */
final class Topologies {
    /** The id of the spout of all of them. */
    static final String SPOUT = "spout";

    /** How many tasks split, and how many count. */
    private static final int TASKS = 2;

    private final Arguments arguments;
    private final TopologyBuilder builder = new TopologyBuilder();

    private Topologies(Arguments arguments) {
        this.arguments = arguments;
    }

    /**
     * The topology of a shape.
     *
     * @param arguments which one, and what its bolts are written in
     * @return the topology
     */
    static StormTopology build(Arguments arguments) {
        return new Topologies(arguments).build();
    }

    private StormTopology build() {
        switch (arguments.shape()) {
            case IDENTITY, IDENTITY_UNACKED -> identity(
                    new ConstantSpout(arguments.shape().isAcked()));
            case LATENCY -> identity(new PacedSpout(arguments.rate()));
            case WORD_COUNT -> wordCount(new SentenceSpout());
            case BOOK -> wordCount(new BookSpout(arguments.book()));
            case RECOVERY -> wordCount(new ReplayingSpout());
            case SPLIT -> split();
            case JOIN -> join();
            default -> throw new IllegalArgumentException("no topology for " + arguments.shape());
        }
        return builder.createTopology();
    }

    private void identity(IRichSpout spout) {
        builder.setSpout(SPOUT, spout, 1);
        middle("identity", new IdentityBolt("text"), 1, "text").localOrShuffleGrouping(SPOUT);
        builder.setBolt("null", new NullBolt(), 1).localOrShuffleGrouping("identity");
    }

    private void split() {
        builder.setSpout(SPOUT, new SentenceSpout(), 1);
        middle("split", new SplitBolt(), 1, "word").localOrShuffleGrouping(SPOUT);
        builder.setBolt("null", new NullBolt(), 1).localOrShuffleGrouping("split");
    }

    private void wordCount(IRichSpout spout) {
        builder.setSpout(SPOUT, spout, 1);
        middle("split", new SplitBolt(), TASKS, "word").shuffleGrouping(SPOUT);
        builder.setBolt("count", bolt(arguments.count(), "count", new CountBolt()), TASKS)
                .fieldsGrouping("split", new Fields("word"));
    }

    private void join() {
        builder.setSpout(SPOUT, new JoinSpout(), 1);
        for (String id : new String[] {"left", "right"}) {
            builder.setBolt(id, new IdentityBolt("number"), 1).localOrShuffleGrouping(SPOUT);
        }
        builder.setBolt("join", new JoinBolt(), 1)
                .localOrShuffleGrouping("left")
                .localOrShuffleGrouping("right");
        builder.setBolt("null", new NullBolt(), 1).localOrShuffleGrouping("join");
    }

    private BoltDeclarer middle(String id, IRichBolt java, int tasks, String field) {
        return builder.setBolt(id, bolt(arguments.split(), id, java, field), tasks);
    }

    private IRichBolt bolt(Language language, String name, IRichBolt java, String... fields) {
        return language == Language.JAVA
                ? java
                : new ScriptBolt(arguments.python(), language.script(name), fields);
    }
}
