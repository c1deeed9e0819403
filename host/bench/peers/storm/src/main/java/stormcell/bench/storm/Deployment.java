package stormcell.bench.storm;

import java.io.IOException;
import org.apache.storm.Config;
import org.apache.storm.generated.Nimbus;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.thrift.TException;

/** Where a topology runs. */
interface Deployment extends AutoCloseable {
    /**
     * Submits a topology.
     *
     * @param name its name
     * @param config its configuration
     * @param topology what it is
     * @throws TException if nimbus refuses it
     */
    void submit(String name, Config config, StormTopology topology) throws TException;

    /** The nimbus to ask about it. */
    Nimbus.Iface nimbus();

    /**
     * Kills a worker (SIGKILL).
     *
     * @param topology the id of the topology
     * @param port the port of the worker
     * @throws IOException if it cannot be found
     */
    void killWorker(String topology, int port) throws IOException;

    /** Ends its processes at once, if it has any. */
    @Override
    void close();
}
