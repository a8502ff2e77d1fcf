package dev.heddle.model.match;

/// How a rule compares a text. Case matters.
public sealed interface StringMatch {
    /// The text is this one.
    record Exact(String exact) implements StringMatch {}

    /// The text begins like this.
    record Prefix(String prefix) implements StringMatch {}

    /// The whole text matches this expression, in RE2's syntax.
    record Regex(String regex) implements StringMatch {}

    /// The text is there, whatever it says. Written as an empty mapping, `{}`.
    record Present() implements StringMatch {}
}
