package stormcell.bench.storm;

import java.nio.file.Path;
import java.util.List;
import org.apache.storm.Config;
import org.apache.storm.LocalCluster;
import org.apache.storm.generated.Nimbus;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.thrift.TException;

/** Within this process: Storm's local mode, which passes tuples by reference. */
final class LocalDeployment implements Deployment {
    private final LocalCluster cluster;

    private LocalDeployment(LocalCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Starts it.
     *
     * @param scratch a folder for its data
     * @return the deployment
     * @throws Exception if it does not start, of whatever kind {@link LocalCluster} throws
     */
    static LocalDeployment start(Path scratch) throws Exception {
        Zookeeper zookeeper = Zookeeper.start(scratch.resolve("zookeeper"));
        return new LocalDeployment(
                new LocalCluster.Builder()
                        .withDaemonConf(Config.TOPOLOGY_ENABLE_MESSAGE_TIMEOUTS, true)
                        .withDaemonConf(Config.STORM_ZOOKEEPER_SERVERS, List.of("127.0.0.1"))
                        .withDaemonConf(Config.STORM_ZOOKEEPER_PORT, zookeeper.port())
                        .build());
    }

    @Override
    public void submit(String name, Config config, StormTopology topology) throws TException {
        cluster.submitTopology(name, config, topology);
    }

    @Override
    public Nimbus.Iface nimbus() {
        return cluster;
    }

    @Override
    public void killWorker(String topology, int port) {
        throw new UnsupportedOperationException("local mode has no worker processes");
    }

    @Override
    public void close() {
        // It ends with this process.
    }
}
