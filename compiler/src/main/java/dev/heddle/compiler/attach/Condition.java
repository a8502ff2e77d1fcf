package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Severity;
import java.util.Optional;

/// One condition of a status, in the Gateway API's words.
///
/// @param type as in `Accepted`
/// @param status what is said
/// @param message for people
/// @param place field of the resource that is responsible, for findings
/// @param finding how much it matters to whom `analyze` tells it; empty where all is well
public record Condition(
        String type,
        Truth status,
        Reason reason,
        String message,
        FieldPath place,
        Optional<Severity> finding) {

    /// What a condition says.
    public enum Truth {
        /// Yes.
        True,
        /// No.
        False,
        /// Nobody knows yet.
        Unknown
    }

    /// That the resource is taken.
    public static final String ACCEPTED = "Accepted";

    /// That everything it names is there, and may be named.
    public static final String RESOLVED = "ResolvedRefs";

    /// That proxies are told of it.
    public static final String PROGRAMMED = "Programmed";

    /// That it is at odds with another one.
    public static final String CONFLICTED = "Conflicted";

    /// That routes come to it that ask for the default Gateways.
    public static final String DEFAULT = "DefaultGateway";

    /// That a part of it is not in force.
    public static final String PARTLY = "PartiallyInvalid";

    /// All is well.
    public static Condition yes(String type, Reason reason, String message) {
        return new Condition(type, Truth.True, reason, message, FieldPath.ROOT, Optional.empty());
    }

    /// All is not well.
    public static Condition no(String type, Reason reason, String message, FieldPath place) {
        return new Condition(
                type, Truth.False, reason, message, place, Optional.of(Severity.ERROR));
    }

    /// Something is so, and should not be.
    public static Condition alas(
            String type, Reason reason, String message, FieldPath place, Severity finding) {
        return new Condition(type, Truth.True, reason, message, place, Optional.of(finding));
    }

    /// Nothing is so that should not be.
    public static Condition fine(String type, Reason reason, String message) {
        return new Condition(type, Truth.False, reason, message, FieldPath.ROOT, Optional.empty());
    }

    /// The same, where something else tells what it is about already.
    public Condition untold() {
        return new Condition(type, status, reason, message, place, Optional.empty());
    }

    /// Whether it says yes.
    public boolean isTrue() {
        return status == Truth.True;
    }
}
