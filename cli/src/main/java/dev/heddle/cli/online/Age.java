package dev.heddle.cli.online;

import java.time.Duration;

/// How kubectl writes a time: `12s`, `5m`, `3h`, `31d`.
final class Age {
    private Age() {}

    /// @param age of 0 or more
    static String of(Duration age) {
        if (age.toDays() > 1) {
            return age.toDays() + "d";
        }
        if (age.toHours() > 1) {
            return age.toHours() + "h";
        }
        return age.toMinutes() > 1 ? age.toMinutes() + "m" : age.toSeconds() + "s";
    }
}
