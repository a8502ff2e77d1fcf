package dev.heddle.bench.system;

/// CPU time of a process and all its threads, ended ones included.
///
/// @param userMicros microseconds in user mode
/// @param systemMicros microseconds in the kernel
public record CpuTime(double userMicros, double systemMicros) {

    /// No time at all.
    public static final CpuTime NONE = new CpuTime(0, 0);

    /// Linux shows times to programs in hundredths of a second, whatever its own tick is.
    private static final double TICK_MICROS = 10_000;

    /// Reads the text of `/proc/PID/stat`. The command's name may hold blanks and brackets, so the
    /// fields are counted from its last closing bracket.
    public static CpuTime parse(String stat) {
        int close = stat.lastIndexOf(')');
        String[] fields =
                close < 0 ? new String[0] : stat.substring(close + 1).strip().split(" ", -1);
        if (fields.length < 13) {
            throw new IllegalArgumentException(
                    "stat: '" + stat.strip() + "' (expected: the fields of /proc/PID/stat)");
        }
        return new CpuTime(
                Long.parseLong(fields[11]) * TICK_MICROS, Long.parseLong(fields[12]) * TICK_MICROS);
    }

    /// Both together, in microseconds.
    public double totalMicros() {
        return userMicros + systemMicros;
    }

    /// What was spent since an earlier reading.
    public CpuTime since(CpuTime earlier) {
        return new CpuTime(userMicros - earlier.userMicros, systemMicros - earlier.systemMicros);
    }

    /// The sum with another process.
    public CpuTime plus(CpuTime other) {
        return new CpuTime(userMicros + other.userMicros, systemMicros + other.systemMicros);
    }
}
