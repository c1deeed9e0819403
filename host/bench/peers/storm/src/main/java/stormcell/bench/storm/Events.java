package stormcell.bench.storm;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import net.minidev.json.JSONObject;

/** What a run says on standard output: a line of JSON an event, at the moment it happens. */
final class Events {
    private final PrintStream out;

    private Events(PrintStream out) {
        this.out = out;
    }

    /** Takes standard output for events; what else is printed goes to standard error. */
    static Events takeStandardOutput() {
        Events events = new Events(System.out);
        System.setOut(System.err);
        return events;
    }

    /**
     * Says that something has happened.
     *
     * @param event what
     */
    void say(String event) {
        say(event, Map.of());
    }

    /**
     * Says that something has happened.
     *
     * @param event what
     * @param details about it
     */
    void say(String event, Map<String, ?> details) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.putAll(details);
        out.println(JSONObject.toJSONString(line));
        out.flush();
    }
}
