package dev.heddle.cli;

import dev.heddle.cli.text.Failure;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What is wrong with a command line, in the words that the rest of Heddle uses: the value, what
/// was expected, and what to try.
final class Mistakes {
    private static final int MOST_SUGGESTIONS = 3;

    private Mistakes() {}

    static Failure failure(ParameterException mistake) {
        CommandSpec command = mistake.getCommandLine().getCommandSpec();
        String help = "'./%s --help' shows what it takes".formatted(command.qualifiedName());
        if (mistake instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched, command, help);
        }
        ArgSpec argument = mistake.getArgSpec();
        boolean isOfAValue = argument != null && mistake.getValue() != null;
        List<String> expected = isOfAValue ? expected(argument) : List.of();
        return Failure.usage(
                expected.isEmpty()
                        ? String.valueOf(mistake.getMessage())
                        : "%s: '%s' (expected: %s)"
                                .formatted(name(argument), mistake.getValue(), either(expected)),
                help);
    }

    private static Failure unmatched(
            UnmatchedArgumentException mistake, CommandSpec command, String help) {
        String word = mistake.getUnmatched().getFirst();
        if (mistake.isUnknownOption()) {
            return Failure.usage(
                    "%s has no option '%s'".formatted(command.name(), word), alike(mistake) + help);
        }
        return command.parent() == null
                ? Failure.usage(
                        "there is no command '%s'".formatted(word),
                        alike(mistake) + "'./heddle --help' lists them")
                : Failure.usage(
                        "%s: '%s' is more than it takes".formatted(command.name(), word), help);
    }

    private static String alike(UnmatchedArgumentException mistake) {
        List<String> words = mistake.getSuggestions().stream().limit(MOST_SUGGESTIONS).toList();
        return words.isEmpty() ? "" : "did you mean %s? ".formatted(either(words));
    }

    /// As in `table, wide or yaml`.
    private static String either(List<String> words) {
        int last = words.size() - 1;
        return last < 1
                ? String.join("", words)
                : String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    }

    private static String name(ArgSpec argument) {
        return argument instanceof CommandLine.Model.OptionSpec option
                ? option.longestName()
                : argument.paramLabel();
    }

    private static List<String> expected(ArgSpec argument) {
        var words = new ArrayList<String>();
        if (argument.completionCandidates() != null) {
            argument.completionCandidates().forEach(words::add);
        } else if (argument.type() == int.class) {
            words.add("a whole number");
        }
        return words;
    }
}
