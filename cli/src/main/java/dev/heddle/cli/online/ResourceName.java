package dev.heddle.cli.online;

import dev.heddle.cli.text.Failure;
import dev.heddle.model.Kind;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Which resources a command line means: `vs`, `vs reviews`, `vs/reviews`, `vs,dr`.
///
/// @param plural the word for the kind: see [Kinds#word]
/// @param name empty for all of the kind
public record ResourceName(String plural, String name) {
    /// What the API calls the namespace of what lives in none.
    static final String NO_NAMESPACE = "_";

    /// Reads the words of a command line as kubectl does.
    ///
    /// @throws Failure when a kind is not known
    public static List<ResourceName> parse(List<String> words) {
        var names = new ArrayList<ResourceName>();
        if (words.stream().anyMatch(word -> word.contains("/"))) {
            for (String word : words) {
                int slash = word.indexOf('/');
                if (slash < 1 || slash == word.length() - 1) {
                    throw Failure.usage(
                            "'%s' (expected: KIND/NAME, as the others)".formatted(word),
                            "for example virtualservice/reviews");
                }
                names.add(
                        new ResourceName(
                                plural(word.substring(0, slash)), word.substring(slash + 1)));
            }
            return names;
        }
        List<String> rest = words.subList(1, words.size());
        for (String kind : words.getFirst().split(",", -1)) {
            if (rest.isEmpty()) {
                names.add(new ResourceName(plural(kind), ""));
            }
            rest.forEach(name -> names.add(new ResourceName(plural(kind), name)));
        }
        return names;
    }

    /// The name, where one resource is meant.
    ///
    /// @throws Failure when there is none
    String required() {
        if (name.isEmpty()) {
            throw Failure.usage(
                    "which of the %s? (expected: KIND NAME or KIND/NAME)".formatted(plural),
                    "for example virtualservice/reviews");
        }
        return name;
    }

    private static String plural(String word) {
        return Kinds.named(word)
                .map(Kinds::word)
                .orElseThrow(() ->
                        Failure.usage(
                                "there is no kind '%s'".formatted(word),
                                "the kinds are "
                                        + Kinds.ALL.stream()
                                                .map(ResourceName::words)
                                                .collect(Collectors.joining(", "))));
    }

    private static String words(Kind<?> kind) {
        return kind.shortNames().isEmpty()
                ? Kinds.word(kind)
                : Kinds.word(kind) + " (" + String.join(", ", kind.shortNames()) + ")";
    }

    /// What to say when there is no such resource.
    public Failure notThere(String namespace) {
        return Failure.of(
                "%s \"%s\" is not there%s"
                        .formatted(
                                qualified(plural),
                                name,
                                namespace.equals(NO_NAMESPACE)
                                        ? ""
                                        : ", in the namespace " + namespace),
                "'./heddle get %s -A' shows what there is".formatted(plural));
    }

    /// As kubectl says what it did something to: `virtualservice.networking.istio.io`.
    static String qualified(String plural) {
        return Kinds.named(plural)
                .map(kind ->
                        kind.name().toLowerCase(Locale.ROOT)
                                + (kind.group().isEmpty() ? "" : "." + kind.group()))
                .orElse(plural);
    }
}
