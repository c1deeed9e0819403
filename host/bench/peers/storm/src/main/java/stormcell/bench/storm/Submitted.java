package stormcell.bench.storm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONValue;
import org.apache.storm.generated.ErrorInfo;
import org.apache.storm.generated.ExecutorSummary;
import org.apache.storm.generated.Nimbus;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;

/** A topology that was submitted: what nimbus knows about it. */
final class Submitted {
    private final Nimbus.Iface nimbus;
    private final String id;

    private Submitted(Nimbus.Iface nimbus, String id) {
        this.nimbus = nimbus;
        this.id = id;
    }

    /**
     * Finds a topology.
     *
     * @param nimbus whom to ask
     * @param name its name
     * @return the topology
     * @throws TException if nimbus does not answer
     */
    static Submitted find(Nimbus.Iface nimbus, String name) throws TException {
        for (TopologySummary topology : nimbus.getClusterInfo().get_topologies()) {
            if (topology.get_name().equals(name)) {
                return new Submitted(nimbus, topology.get_id());
            }
        }
        throw new IllegalStateException("nimbus does not know the topology " + name);
    }

    /** Its id. */
    String id() {
        return id;
    }

    /**
     * The errors that its tasks reported.
     *
     * @return one text an error
     * @throws TException if nimbus does not answer
     */
    List<String> errors() throws TException {
        List<String> errors = new ArrayList<>();
        nimbus.getTopologyInfo(id).get_errors().forEach(
                (component, all) -> {
                    for (ErrorInfo error : all) {
                        errors.add(component + ": " + error.get_error());
                    }
                });
        return errors;
    }

    /**
     * The settings that Storm really runs it with.
     *
     * @return the settings by name
     * @throws TException if nimbus does not answer
     */
    Map<String, Object> config() throws TException {
        JSONObject all = (JSONObject) JSONValue.parse(nimbus.getTopologyConf(id));
        all.keySet().removeIf(name -> !name.startsWith("topology."));
        return all;
    }

    /**
     * The port of a worker in which no task of a component runs.
     *
     * @param component the component
     * @return the port
     * @throws TException if nimbus does not answer
     */
    int portWithout(String component) throws TException {
        List<ExecutorSummary> executors = nimbus.getTopologyInfo(id).get_executors();
        List<Integer> with =
                executors.stream()
                        .filter(executor -> executor.get_component_id().equals(component))
                        .map(ExecutorSummary::get_port)
                        .toList();
        return executors.stream()
                .map(ExecutorSummary::get_port)
                .filter(port -> !with.contains(port))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("every worker has a task of " + component));
    }
}
