package dev.heddle.proxy.runtime.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The files that this process maps, as far as it only reads them: above all the JVM's library and
/// its archive of classes.
///
/// The kernel brings their pages sixteen at a time, wanted or not, and a start wants many that
/// nobody needs later, so they are the largest part of a small proxy's memory. What is given back
/// stays in the kernel's cache of files, where other processes share it and where it can go when
/// memory is short; what is needed again comes from there, 64 KB by a fault of a microsecond or
/// two.
///
/// Of a mapping that can be written, or of which the process has a page of its own, nothing is
/// given back: that could not come again.
public final class MappedFiles {
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");

    /// Smaller ones are not worth a call.
    private static final long LEAST_BYTES = 1 << 20;

    private static final int DONT_NEED = 4; // MADV_DONTNEED

    private final Kernel kernel = new Kernel();

    /// A range of addresses.
    record Range(long from, long to) {}

    /// Gives back what is not needed at the moment. A millisecond of work; only the thread that
    /// made this may call it.
    public void giveBack() {
        if (!SystemCall.IS_KNOWN) {
            return;
        }
        try {
            for (Range range : shared(Files.readAllLines(MAPPINGS))) {
                kernel.call(
                        SystemCall.MADVISE,
                        range.from(),
                        range.to() - range.from(),
                        DONT_NEED,
                        0,
                        0,
                        0);
            }
        } catch (IOException _) {
            // Without `/proc` there is nothing to know, and nothing is given back.
        }
    }

    /// The mappings of files of which the process owns nothing, from the lines of
    /// `/proc/self/smaps`.
    static List<Range> shared(List<String> smaps) {
        var found = new ArrayList<Range>();
        Range present = null;
        for (String line : smaps) {
            int colon = line.indexOf(':');
            int blank = line.indexOf(' ');
            if (blank > 0 && (colon < 0 || colon > blank)) {
                present = readOnly(line, blank);
            } else if (present != null && line.startsWith("Anonymous:")) {
                if (line.endsWith(" 0 kB")) {
                    found.add(present);
                }
                present = null;
            }
        }
        return found;
    }

    /// The range of a mapping's first line, `FROM-TO r--p OFFSET DEVICE INODE PATH`; null unless it
    /// is a large one of a file that cannot be written.
    private static @Nullable Range readOnly(String line, int blank) {
        int dash = line.indexOf('-');
        if (line.indexOf('/') < 0 || !line.startsWith("p ", blank + 4)) {
            return null;
        }
        var range =
                new Range(
                        Long.parseUnsignedLong(line, 0, dash, 16),
                        Long.parseUnsignedLong(line, dash + 1, blank, 16));
        boolean isWritable = line.charAt(blank + 2) == 'w';
        return isWritable || range.to() - range.from() < LEAST_BYTES ? null : range;
    }
}
