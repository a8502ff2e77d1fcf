package dev.heddle.proxy.runtime.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The processor time of this process.
public final class ProcessTime {
    private static final Path STAT = Path.of("/proc/self/stat");

    /// Linux shows times to programs in hundredths of a second, whatever its own tick is.
    private static final long TICK_MILLIS = 10;

    private ProcessTime() {}

    /// Of all its threads, in user mode and in the kernel; 0 where there is no `/proc`.
    public static long millis() {
        try {
            return millis(Files.readString(STAT));
        } catch (IOException _) {
            return 0;
        }
    }

    /// From the text of `/proc/self/stat`. The command's name may hold blanks and brackets, so
    /// fields are counted from its last closing bracket; times are the fourteenth and the next of
    /// all.
    static long millis(String stat) {
        int at = stat.lastIndexOf(')') + 1;
        for (int field = 2; field < 13; field++) {
            at = stat.indexOf(' ', at + 1);
        }
        int user = stat.indexOf(' ', at + 1);
        int system = stat.indexOf(' ', user + 1);
        return (Long.parseLong(stat, at + 1, user, 10) + Long.parseLong(stat, user + 1, system, 10))
                * TICK_MILLIS;
    }
}
