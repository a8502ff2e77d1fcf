package dev.heddle.compiler.ir;

import dev.heddle.model.Origin;
import java.util.List;
import java.util.Optional;

/// Who may do what, in the order in which it is asked.
///
/// @param requests asked of each request
/// @param connections asked of each connection whose bytes are passed on unseen
/// @param told whose requests are answered, when they are refused, with the policy that did it
public record Access(List<Stage> requests, List<Stage> connections, List<Rule> told) {
    /// Everybody may do everything.
    public static final Access FREE = new Access(List.of(), List.of(), List.of());

    /// The header that tells it, in the words of a log.
    public static final String DENIED_BY = "x-heddle-denied-by";

    public Access {
        requests = List.copyOf(requests);
        connections = List.copyOf(connections);
        told = List.copyOf(told);
    }

    /// What is asked of connections, as if it were asked of requests; of these nobody is told more.
    public Access ofConnections() {
        return new Access(connections, connections, List.of());
    }

    /// What a match of a stage's rules means.
    public enum Action {
        /// Somebody outside is asked, whose answer counts.
        CUSTOM,
        /// It is noted.
        AUDIT,
        /// It is refused.
        DENY,
        /// It may pass; what no rule matches may not.
        ALLOW
    }

    /// All rules of one action.
    ///
    /// @param enforced rules that count; empty where there are none, which is not the same as rules
    ///   of which none can match
    /// @param tried rules of which only is told what they would do
    /// @param asked who is asked about what the rules match; there for [Action#CUSTOM] alone
    public record Stage(
            Action action,
            Optional<List<Rule>> enforced,
            Optional<List<Rule>> tried,
            Optional<Authorizer> asked) {
        /// One that nobody outside is asked for.
        public Stage(Action action, Optional<List<Rule>> enforced, Optional<List<Rule>> tried) {
            this(action, enforced, tried, Optional.empty());
        }

        public Stage {
            if (asked.isPresent() != (action == Action.CUSTOM)) {
                throw new IllegalArgumentException(
                        action + ": asks " + asked + " (expected: somebody, if CUSTOM)");
            }
            enforced = enforced.map(List::copyOf);
            tried = tried.map(List::copyOf);
        }
    }

    /// A rule: one of what may be done, by one of those who may.
    ///
    /// @param name as in `ns[default]-policy[web]-rule[0]`, which logs tell
    public record Rule(String name, List<Condition> what, List<Condition> who, Origin origin) {
        public Rule {
            what = List.copyOf(what);
            who = List.copyOf(who);
        }
    }

    /// Something that holds for a request, or does not.
    public sealed interface Condition {
        /// Whatever comes.
        record Anything() implements Condition {}

        record All(List<Condition> of) implements Condition {
            public All {
                of = List.copyOf(of);
            }
        }

        record Some(List<Condition> of) implements Condition {
            public Some {
                of = List.copyOf(of);
            }
        }

        record Not(Condition of) implements Condition {}

        /// A header has such a value.
        ///
        /// @param name in lower case, or as in `:method`
        /// @param value empty for any
        record Header(String name, Optional<Text> value) implements Condition {}

        /// The path, without its query.
        record Path(Text text) implements Condition {}

        /// The path fits a template, as in `/shops/*`.
        record Template(String template) implements Condition {}

        /// Where the connection was made to.
        ///
        /// @param range as in `10.0.0.0/8`
        record ToAddress(String range) implements Condition {}

        record ToPort(int port) implements Condition {}

        /// The server that the client hello names.
        record ServerName(Text text) implements Condition {}

        /// What a filter found out.
        ///
        /// @param path keys, each within the last one's value
        record Found(String filter, List<String> path, Value value) implements Condition {
            public Found {
                path = List.copyOf(path);
            }
        }

        /// The name that the caller has proved, as in `spiffe://cluster.local/ns/a/sa/b`.
        record Caller(Text name) implements Condition {}

        /// The other end of the connection.
        record FromAddress(String range) implements Condition {}

        /// The client, as far as trusted headers tell.
        record ClientAddress(String range) implements Condition {}
    }

    /// What a filter's finding must be.
    public sealed interface Value {
        /// A text.
        record Is(Text text) implements Value {}

        /// A list with such an item.
        record Has(Value item) implements Value {}

        /// One of several.
        record AnyOf(List<Value> values) implements Value {
            public AnyOf {
                values = List.copyOf(values);
            }
        }
    }

    /// What a text must be.
    public sealed interface Text {
        record Exact(String text, boolean ignoreCase) implements Text {}

        record Prefix(String text, boolean ignoreCase) implements Text {}

        record Suffix(String text, boolean ignoreCase) implements Text {}

        /// @param regex RE2 syntax; must match the whole text
        record Regex(String regex) implements Text {}
    }
}
