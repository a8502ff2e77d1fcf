package dev.heddle.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The house rules that a compiler does not check, read off the sources as text.
///
/// Each rule is a method that lists its breaches as `file:line: what (what to do)`.
public final class TidyRules {
    private static final int MAX_LINE = 100;
    private static final int MAX_FILE = 500;
    private static final String WHY_LONG = "This file is long because";

    private record Ban(Pattern pattern, String instead) {}

    private static final List<Ban> BANNED =
            List.of(
                    ban("\\bTODO\\b(?!\\(#\\d+\\))", "name the issue: TODO(#12)"),
                    ban("\\b(FIXME|XXX|HACK)\\b", "mend it, or TODO(#12)"),
                    ban("@author", "git knows"),
                    ban("printStackTrace\\(\\)", "log it with what was tried, or let it fly"),
                    ban("(?i)\\b(black|white)list", "deny list, allow list"),
                    ban(
                            "@SuppressWarnings\\([^)]*\\)\\s*$",
                            "say on the same line why the warning is wrong"),
                    ban("@Disabled\\s*$", "say why, with the issue's number"));

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:\\s]+)(#[^)]*)?\\)");
    private static final Pattern TEST =
            Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory)\\b");
    private static final Pattern ASSERTION =
            Pattern.compile("\\b(assert|verify|expect|fail)\\w*\\s*\\(|\\bAssertionError\\b");

    private TidyRules() {}

    private static Ban ban(String pattern, String instead) {
        return new Ban(Pattern.compile(pattern), instead);
    }

    /// Every rule over every source of the checkout.
    public static List<String> breaches() {
        var found = new ArrayList<String>();
        for (Path file : Repository.sources()) {
            String name = file.getFileName().toString();
            if (name.endsWith(".java")) {
                checkJava(file, found);
            } else if (name.endsWith(".md")) {
                checkLinks(file, found);
            }
        }
        checkPackages(found);
        GoldenCase.all();
        return found;
    }

    private static void checkJava(Path file, List<String> found) {
        List<String> lines = read(file);
        boolean isRuleBook = file.endsWith("TidyRules.java");
        // A test's tables may be wide: the formatter leaves texts alone.
        boolean isTest = file.toString().contains("/src/test/");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.length() > MAX_LINE && !isTest && !line.startsWith("import ")) {
                add(found, file, i, "line of " + line.length() + " characters (break it at 100)");
            }
            for (Ban ban : isRuleBook ? List.<Ban>of() : BANNED) {
                Matcher m = ban.pattern().matcher(line);
                if (m.find()) {
                    add(found, file, i, "'" + m.group().strip() + "' (" + ban.instead() + ")");
                }
            }
        }
        if (lines.size() > MAX_FILE && lines.stream().noneMatch(l -> l.contains(WHY_LONG))) {
            add(found, file, 0, lines.size() + " lines (split it, or say: '" + WHY_LONG + " …')");
        }
        if (isTest) {
            checkAssertions(file, lines, found);
        }
    }

    /// A test asserts by itself or calls a method of its file that does.
    private static void checkAssertions(Path file, List<String> lines, List<String> found) {
        String text = String.join("\n", lines);
        for (int i = 0; i < lines.size(); i++) {
            if (TEST.matcher(lines.get(i)).find() && lines.get(i).strip().startsWith("@")) {
                String body = body(lines, i);
                if (!ASSERTION.matcher(body).find() && !callsAsserting(body, text)) {
                    add(found, file, i, "a test without an assertion (say what must hold)");
                }
            }
        }
    }

    private static boolean callsAsserting(String body, String text) {
        Matcher calls = Pattern.compile("\\b([a-z]\\w+)\\s*\\(").matcher(body);
        while (calls.find()) {
            String name = Pattern.quote(calls.group(1));
            Matcher declared =
                    Pattern.compile("(?m)^ {4}\\S.*\\b" + name + "\\s*\\([^;]*?\\{").matcher(text);
            if (declared.find()) {
                int from = (int) text.substring(0, declared.start()).lines().count();
                if (ASSERTION.matcher(body(text.lines().toList(), from)).find()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The text from the given line to the end of the first block that opens after it, braces
    /// inside annotations aside.
    private static String body(List<String> lines, int from) {
        var text = new StringBuilder();
        int depth = 0;
        int annotation = 0;
        boolean opened = false;
        for (int i = from; i < lines.size(); i++) {
            String line = lines.get(i);
            text.append(line).append('\n');
            if (annotation > 0 || (!opened && line.strip().startsWith("@"))) {
                annotation += count(line, '(') - count(line, ')');
                continue;
            }
            int opens = count(line, '{');
            depth += opens - count(line, '}');
            opened |= opens > 0;
            if (opened && depth <= 0) {
                break;
            }
        }
        return text.toString();
    }

    private static int count(String line, char wanted) {
        return (int) line.chars().filter(c -> c == wanted).count();
    }

    private static void checkLinks(Path file, List<String> found) {
        List<String> lines = read(file);
        for (int i = 0; i < lines.size(); i++) {
            Matcher m = LINK.matcher(lines.get(i));
            while (m.find()) {
                if (!Files.exists(file.resolveSibling(m.group(1)))) {
                    add(found, file, i, "link to '" + m.group(1) + "', which is not there");
                }
            }
        }
    }

    private static void checkPackages(List<String> found) {
        Repository.sources().stream()
                .filter(f -> f.toString().endsWith(".java"))
                .filter(f -> f.toString().contains("/src/main/java/"))
                .map(f -> f.resolveSibling("package-info.java"))
                .distinct()
                .forEach(info -> checkPackage(info, found));
    }

    private static void checkPackage(Path info, List<String> found) {
        if (!Files.exists(info)) {
            add(found, info, 0, "not there (write what the package is for, and @NullMarked)");
            return;
        }
        String text = String.join("\n", read(info));
        if (!text.contains("@NullMarked") || !text.contains("///")) {
            add(found, info, 0, "needs prose (///) and @NullMarked");
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static void add(List<String> found, Path file, int line, String what) {
        found.add(Repository.root().relativize(file) + ":" + (line + 1) + ": " + what);
    }
}
