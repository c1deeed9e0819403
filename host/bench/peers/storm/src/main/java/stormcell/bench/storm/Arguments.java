package stormcell.bench.storm;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The command line: {@code --name value}, each name once, except {@code --set}.
 *
 * @param shape what is run
 * @param split what the bolt in the middle (or that splits) is written in
 * @param count what the bolt that counts is written in
 * @param settings Storm's settings
 * @param cluster whether in a real cluster; within this process otherwise
 * @param workers over how many worker processes, if in a cluster
 * @param scratch a folder for what the run leaves
 * @param python the interpreter of Python bolts; null if there are none
 * @param book the file of {@link Shape#BOOK}; null for the others
 * @param rate rows a second of {@link Shape#LATENCY}; 0 for the others
 * @param warmUp how long to warm up, seconds
 * @param window how long to measure, seconds; 0 to end with the first row
 * @param overrides settings beside those of {@code settings}, for trials
 */
record Arguments(
        Shape shape,
        Language split,
        Language count,
        Settings settings,
        boolean cluster,
        int workers,
        Path scratch,
        String python,
        String book,
        long rate,
        double warmUp,
        double window,
        Map<String, String> overrides) {

    /**
     * Reads a command line.
     *
     * @param words its words
     * @return the arguments
     * @throws IllegalArgumentException if a word is not understood; it says which
     */
    static Arguments parse(String[] words) {
        Map<String, String> options = new HashMap<>();
        Map<String, String> overrides = new LinkedHashMap<>();
        for (int at = 0; at < words.length; at += 2) {
            if (!words[at].startsWith("--") || at + 1 == words.length) {
                throw new IllegalArgumentException("expected --name value, found " + words[at]);
            }
            String name = words[at].substring(2);
            String value = words[at + 1];
            if (name.equals("set")) {
                String[] parts = value.split("=", 2);
                if (parts.length != 2) {
                    throw new IllegalArgumentException("expected --set name=value, found " + value);
                }
                overrides.put(parts[0], parts[1]);
            } else if (options.put(name, value) != null) {
                throw new IllegalArgumentException("--" + name + " is there twice");
            }
        }
        Arguments arguments = new Arguments(
                constant(Shape.class, required(options, "shape")),
                constant(Language.class, optional(options, "split", "java")),
                constant(Language.class, optional(options, "count", "java")),
                constant(Settings.class, optional(options, "settings", "tuned")),
                Boolean.parseBoolean(optional(options, "cluster", "false")),
                Integer.parseInt(optional(options, "workers", "1")),
                Path.of(required(options, "scratch")).toAbsolutePath(),
                options.remove("python"),
                options.remove("book"),
                Long.parseLong(optional(options, "rate", "0")),
                Double.parseDouble(optional(options, "warm-up", "10")),
                Double.parseDouble(optional(options, "window", "10")),
                overrides);
        if (!options.isEmpty()) {
            throw new IllegalArgumentException("unknown: --" + options.keySet().iterator().next());
        }
        arguments.check();
        return arguments;
    }

    private void check() {
        boolean scripts = split != Language.JAVA || count != Language.JAVA;
        if (scripts && python == null) {
            throw new IllegalArgumentException("bolts in Python need --python");
        }
        if (shape == Shape.BOOK && book == null) {
            throw new IllegalArgumentException("the shape book needs --book");
        }
        if (shape == Shape.LATENCY && rate <= 0) {
            throw new IllegalArgumentException("the shape latency needs --rate");
        }
        if (!cluster && (workers > 1 || shape == Shape.RECOVERY)) {
            throw new IllegalArgumentException("several workers, and recovery, need --cluster true");
        }
    }

    private static String required(Map<String, String> options, String name) {
        String value = options.remove(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing");
        }
        return value;
    }

    private static String optional(Map<String, String> options, String name, String otherwise) {
        String value = options.remove(name);
        return value == null ? otherwise : value;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
