package stormcell.bench.storm;

/** What a bolt of a shape is written in. */
enum Language {
    /** Java. */
    JAVA(""),
    /** Python, with the storm.py that comes with Storm. */
    STORM_PY("_storm.py"),
    /** Python, with pystorm. */
    PYSTORM("_pystorm.py");

    private final String suffix;

    Language(String suffix) {
        this.suffix = suffix;
    }

    /**
     * The file of a bolt.
     *
     * @param bolt what it does: {@code split}
     * @return its name in the folder {@code resources}
     */
    String script(String bolt) {
        return bolt + suffix;
    }
}
