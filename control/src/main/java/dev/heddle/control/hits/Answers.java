package dev.heddle.control.hits;

/// How requests of a proxy ended, as it says.
///
/// @param count of those that had an answer
/// @param errors of these, how many were 5xx; at most `count`
public record Answers(long count, long errors) {
    /// None yet.
    public static final Answers NONE = new Answers(0, 0);

    /// More than any proxy answers in the time between two reports.
    private static final long MOST = 1_000_000_000_000L;

    /// What somebody says, as far as it can be.
    static Answers said(long count, long errors) {
        long most = Math.clamp(count, 0, MOST);
        return new Answers(most, Math.clamp(errors, 0, most));
    }

    Answers plus(Answers more) {
        long sum = count + more.count();
        return sum < 0 ? this : new Answers(sum, errors + more.errors());
    }
}
