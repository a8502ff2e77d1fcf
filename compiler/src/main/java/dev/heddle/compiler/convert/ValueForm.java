package dev.heddle.compiler.convert;

import com.google.re2j.Pattern;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.model.gatewayapi.HttpRoute.ValueType;
import dev.heddle.model.match.StringMatch;

/// What the value of a header or parameter must be, as the Gateway API has it.
record ValueForm(ValueType type, String value) {
    /// There is one, whatever it is.
    static final ValueForm PRESENT = new ValueForm(ValueType.RegularExpression, ".*");

    static ValueForm of(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String exact) -> new ValueForm(ValueType.Exact, exact);
            case StringMatch.Prefix(String prefix) ->
                    new ValueForm(ValueType.RegularExpression, EnvoySyntax.quoted(prefix) + ".*");
            case StringMatch.Regex(String regex) ->
                    regex.equals("*") ? PRESENT : new ValueForm(ValueType.RegularExpression, regex);
            case StringMatch.Present() -> PRESENT;
        };
    }

    /// The values that both take.
    Meeting<ValueForm> meet(ValueForm other) {
        if (equals(other) || other.equals(PRESENT)) {
            return new Meeting.Both<>(this);
        }
        if (equals(PRESENT)) {
            return new Meeting.Both<>(other);
        }
        if (type == ValueType.RegularExpression && other.type == ValueType.RegularExpression) {
            return new Meeting.Unknown<>();
        }
        if (type == ValueType.RegularExpression) {
            return other.meet(this);
        }
        boolean takes = other.type != ValueType.Exact && Pattern.matches(other.value, value);
        return takes ? new Meeting.Both<>(this) : new Meeting.Nothing<>();
    }
}
