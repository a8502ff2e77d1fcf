package dev.heddle.bench.system;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads how much a JVM's threads have allocated on its heap.
///
/// The source is `jcmd PID Thread.print -e`, which shows each thread's `allocated=` in units that
/// grow with the value; so a difference over some hundred thousand requests is right to a few bytes
/// a request. The thread that answers jcmd itself is left out.
public final class HeapAllocation {
    private static final Pattern THREAD =
            Pattern.compile("(?m)^\"([^\"]*)\".* allocated=(\\d+)([BKMGT]) ");

    private HeapAllocation() {}

    /// Bytes, of all living threads.
    public static long parse(String threads) {
        long sum = 0;
        boolean any = false;
        Matcher m = THREAD.matcher(threads);
        while (m.find()) {
            any = true;
            if (!m.group(1).equals("Attach Listener")) {
                sum += Long.parseLong(m.group(2)) << (10 * "BKMGT".indexOf(m.group(3)));
            }
        }
        if (!any) {
            throw new IllegalArgumentException(
                    "threads: none (expected: the output of jcmd PID Thread.print -e)");
        }
        return sum;
    }
}
