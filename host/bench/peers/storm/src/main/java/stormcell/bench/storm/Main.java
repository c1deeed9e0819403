package stormcell.bench.storm;

import java.nio.file.Files;
import java.nio.file.Path;
import net.minidev.json.JSONValue;
import org.apache.storm.Config;

/** Runs a shape once on Storm. */
public final class Main {
    private Main() {}

    /**
     * Runs a shape once; says on standard output, in lines of JSON, when what happened.
     *
     * @param words the command line; {@link Arguments} says what is on it
     * @throws Exception if it cannot be run, of whatever kind Storm throws
     */
    public static void main(String[] words) throws Exception {
        Arguments arguments = Arguments.parse(words);
        Events events = Events.takeStandardOutput();
        Files.createDirectories(arguments.scratch());
        Path file = arguments.scratch().resolve("counters");
        SharedCounters counters = SharedCounters.open(file);
        Config config = arguments.settings().config(arguments.shape());
        config.setNumWorkers(arguments.workers());
        config.put(SharedCounters.CONFIG_KEY, file.toString());
        arguments.overrides().forEach((name, value) -> config.put(name, parse(value)));
        try (Deployment deployment = start(arguments)) {
            new Measurement(arguments, deployment, counters, events).run(config);
        }
        // Storm's threads would keep the process; it has nothing left to do.
        Runtime.getRuntime().halt(0);
    }

    private static Deployment start(Arguments arguments) throws Exception {
        return arguments.cluster()
                ? ClusterDeployment.start(arguments.scratch(), arguments.workers())
                : LocalDeployment.start(arguments.scratch());
    }

    /** A value of the command line: a number or a truth value if it looks like one. */
    private static Object parse(String value) {
        return JSONValue.parse(value);
    }
}
