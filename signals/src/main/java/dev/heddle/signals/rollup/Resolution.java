package dev.heddle.signals.rollup;

/// How long a time of the file's tallies is.
enum Resolution {
    MINUTE("minutes", 60),
    HOUR("hours", 3_600);

    private final String table;
    private final int seconds;

    Resolution(String table, int seconds) {
        this.table = table;
        this.seconds = seconds;
    }

    String table() {
        return table;
    }

    int seconds() {
        return seconds;
    }
}
