package dev.heddle.proxy.hits;

/// How requests ended.
///
/// @param count of those that had an answer
/// @param errors of these, how many were 5xx, whoever said so
public record Answers(long count, long errors) {
    static final Answers NONE = new Answers(0, 0);

    Answers plus(Answers more) {
        return new Answers(count + more.count(), errors + more.errors());
    }
}
